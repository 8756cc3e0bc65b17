using System.Collections;
using System.Diagnostics;
using CsCheck;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using Mien.TestSupport;
using Mien.Training.Build;

namespace Mien.Training.Tests.Build;

public class WeakenGlibcxxTests
{
    private static readonly string Library = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native",
        "libLibTorchSharp.so");

    [Fact]
    public void One_flag_changes_in_the_file_as_it_is_shipped_and_none_the_second_time()
    {
        byte[] shipped = Shipped();
        byte[] changed = [.. shipped];
        Assert.True(WeakenGlibcxx.Weaken(changed));
        int place = Assert.Single(Enumerable.Range(0, shipped.Length), i => shipped[i] != changed[i]);
        Assert.Equal(shipped[place] | 2, changed[place]);
        Assert.False(WeakenGlibcxx.Weaken(changed));
    }

    [Fact]
    public void The_copy_in_the_output_folder_is_weak_already()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists(Library), "Only on Linux x64.");
        Assert.False(WeakenGlibcxx.Weaken(File.ReadAllBytes(Library)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(64)]
    [InlineData(4096)]
    public void What_is_no_such_library_is_left_alone(int length)
    {
        byte[] image = new byte[length];
        new Random(length).NextBytes(image);
        byte[] elf = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1];
        elf.AsSpan(0, Math.Min(6, length)).CopyTo(image);
        byte[] before = [.. image];
        Assert.False(WeakenGlibcxx.Weaken(image));
        Assert.Equal(before, image);
    }

    [Fact]
    public void A_library_cut_off_is_left_alone()
    {
        Assert.SkipUnless(File.Exists(Library), "Only on Linux x64.");
        byte[] whole = File.ReadAllBytes(Library);
        Assert.False(WeakenGlibcxx.Weaken(whole[..(whole.Length / 2)]));
    }

    [Fact]
    public void Damaged_tables_break_no_build_and_change_one_field_at_most()
    {
        byte[] shipped = Shipped();
        (int headers, int needs) = Tables(shipped);
        Gen.Select(Gen.Bool, Gen.Int[0, 127], Gen.UInt).Sample(
            (inHeaders, word, value) =>
            {
                byte[] damaged = [.. shipped];
                BitConverter.TryWriteBytes(damaged.AsSpan((inHeaders ? headers : needs) + word * 4), value);
                byte[] before = [.. damaged];
                WeakenGlibcxx.Weaken(damaged);
                return before.AsSpan().CommonPrefixLength(damaged) is int first
                    && (first == before.Length || before.AsSpan(first + 2).SequenceEqual(damaged.AsSpan(first + 2)));
            },
            iter: 300, seed: "0000KaB3QYd1", threads: 1);
    }

    [Fact]
    public void The_task_changes_its_copy_and_no_other_name_of_the_file_and_keeps_its_time()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Links are made with ln.");
        using TemporaryFolder folder = TestData.NewFolder();
        byte[] shipped = Shipped();
        string cached = folder.File("cached.so");
        File.WriteAllBytes(cached, shipped);
        var time = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(cached, time);
        string copy = folder.File("copy.so");
        Process.Start("ln", [cached, copy]).WaitForExit();

        var task = new WeakenGlibcxx
        {
            BuildEngine = new SilentEngine(),
            Files = [new TaskItem(copy), new TaskItem(folder.File("absent.so"))]
        };
        Assert.True(task.Execute());
        Assert.Equal(shipped, File.ReadAllBytes(cached));
        Assert.NotEqual(shipped, File.ReadAllBytes(copy));
        // With the time of the original, the next build finds the copy up to date and does not write over it.
        Assert.Equal(time, File.GetLastWriteTimeUtc(copy));
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
    }

    [Fact]
    public void Torch_computes_with_the_library_of_the_output_folder()
    {
        using TorchSharp.torch.Tensor product = TorchSharp.torch.ones(2, 3).matmul(TorchSharp.torch.ones(3, 2));
        Assert.Equal([3f, 3f, 3f, 3f], product.data<float>().ToArray());
    }

    /// <summary>The library as NuGet has it, or a skipped test.</summary>
    private static byte[] Shipped()
    {
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string package = Path.Combine(packages, "torchsharp", "0.107.0", "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        Assert.SkipUnless(File.Exists(package), $"{package} is absent.");
        return File.ReadAllBytes(package);
    }

    /// <summary>Where the .gnu.version_r section's header and its contents begin.</summary>
    private static (int Header, int Needs) Tables(byte[] image)
    {
        int header = (int)BitConverter.ToInt64(image, 0x28);
        while (BitConverter.ToUInt32(image, header + 4) != 0x6ffffffe)
            header += 64;
        return (header, (int)BitConverter.ToInt64(image, header + 24));
    }

    private sealed class SilentEngine : IBuildEngine
    {
        public bool ContinueOnError => false;

        public int LineNumberOfTaskNode => 0;

        public int ColumnNumberOfTaskNode => 0;

        public string ProjectFileOfTaskNode => "";

        public bool BuildProjectFile(string projectFileName, string[] targetNames, IDictionary globalProperties,
            IDictionary targetOutputs) => false;

        public void LogCustomEvent(CustomBuildEventArgs e)
        {
        }

        public void LogErrorEvent(BuildErrorEventArgs e)
        {
        }

        public void LogMessageEvent(BuildMessageEventArgs e)
        {
        }

        public void LogWarningEvent(BuildWarningEventArgs e)
        {
        }
    }
}
