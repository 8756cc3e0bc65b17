using Mien.Training.Build;

namespace Mien.Training.Tests.Build;

public class WeakenGlibcxxTests
{
    private static readonly string Library = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");

    [Fact]
    public void One_flag_changes_in_the_file_as_it_is_shipped_and_none_the_second_time()
    {
        string package = Path.Combine(
            Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"),
            "torchsharp", "0.107.0", "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        Assert.SkipUnless(File.Exists(package), $"{package} is absent.");
        byte[] shipped = File.ReadAllBytes(package);
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
}
