using System.Diagnostics;
using System.Text.Json;
using Mien.Imaging;
using Mien.TestSupport;

namespace Mien.EndToEnd;

/// <summary>Many pictures, killed and gone on with.</summary>
public class BatchTests(ITestOutputHelper output)
{
    private const int Count = 1500;

    [Theory]
    [InlineData("jsonl")]
    [InlineData("csv")]
    [InlineData("parquet")]
    public void A_batch_that_is_killed_again_and_again_ends_with_every_picture_once(string format)
    {
        using TemporaryFolder folder = Pictures();
        string file = folder.File("results." + format);
        string written = format == "parquet" ? file + ".journal" : file;
        string[] arguments = ["predict", folder.File("in"), "--faces", "cropped", "--out", file, "--resume"];
        var before = new List<int>();
        foreach (int lines in (int[])[100, 500, 900])
        {
            using Process process = MienProcess.Start(arguments);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            while (!process.HasExited && CountLines(written) < lines)
                Thread.Sleep(2);
            // SIGKILL.
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            Assert.NotEqual(0, process.ExitCode);
            before.Add(CountLines(written));
            Assert.InRange(before[^1], lines, Count - 1);
        }

        (int exit, _, string error) = MienProcess.Run(arguments);
        Assert.True(exit == 0, error);
        output.WriteLine($"killed at {string.Join(", ", before)} lines; then {error.Trim()}");
        string[] expected = [.. Directory.GetFiles(folder.File("in"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        Assert.Equal(expected, Files(folder, file, format));
        Assert.Equal(format == "parquet" ? [file] : [written], Directory.GetFiles(folder.Path, "results*"));
    }

    [Fact]
    public async Task A_batch_that_is_interrupted_keeps_what_it_has_and_says_how_to_go_on()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Interrupts by kill -INT.");
        Assert.SkipWhen(InterruptIsIgnored(), "Started in a shell's background, where SIGINT is ignored and programs started from there "
            + "ignore it too.");
        using TemporaryFolder folder = Pictures();
        string file = folder.File("results.jsonl");
        using Process process = MienProcess.Start("predict", folder.File("in"), "--faces", "cropped", "--workers", "1", "--out", file);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        while (!process.HasExited && CountLines(file) < 1)
            Thread.Sleep(2);
        // At once: a program to send it would take as long to start as the batch to end.
        Assert.Equal(0, SendSignal(process.Id, Interrupt));
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(20)));
        Assert.Equal(1, process.ExitCode);
        Assert.Contains("--resume goes on", await error, StringComparison.Ordinal);
        Assert.EndsWith("}\n", File.ReadAllText(file), StringComparison.Ordinal);
    }

    private const int Interrupt = 2;

    private static bool InterruptIsIgnored()
    {
        string ignored = File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal));
        return (Convert.ToUInt64(ignored["SigIgn:".Length..].Trim(), 16) & (1UL << (Interrupt - 1))) != 0;
    }

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "kill")]
    [System.Runtime.InteropServices.DefaultDllImportSearchPaths(System.Runtime.InteropServices.DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);

    [Fact]
    public void Large_photos_side_by_side_stay_under_500_megabytes()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Directory.CreateDirectory(folder.File("in"));
        byte[] gray = new byte[4032 * 3024];
        for (int i = 0; i < gray.Length; i++)
            gray[i] = (byte)(i / 4032 / 8 ^ i % 4032 / 8);
        string large = folder.File("in/0.jpg");
        Annotator.Save(Picture.FromGray(gray, 4032, 3024), [], large);
        // Held upright, as phones write it: to be turned after decoding.
        byte[] jpeg = File.ReadAllBytes(large);
        byte[] turned = Convert.FromHexString("FFE10022457869660000" + "4D4D002A00000008" + "00010112000300000001000600000000" + "0000");
        File.WriteAllBytes(large, [.. jpeg[..2], .. turned, .. jpeg[2..]]);
        Assert.Equal(3024, Picture.Load(large).Width);
        for (int i = 1; i < 30; i++)
            File.Copy(large, folder.File($"in/{i}.jpg"));
        (int exit, string error, long peak) = MienProcess.RunMeasured("predict", folder.File("in"), "--faces", "cropped", "--out",
            folder.File("out.jsonl"));
        Assert.True(exit == 0, error);
        output.WriteLine($"{peak / 1e6:F0} MB; {error.Trim()}");
        Assert.InRange(peak, 1, 500_000_000);
    }

    private static TemporaryFolder Pictures()
    {
        TemporaryFolder folder = TestData.NewFolder();
        byte[] gray = new byte[48 * 48];
        new Random(1).NextBytes(gray);
        byte[] png = Picture.FromGray(gray, 48, 48).ToPng();
        for (int i = 0; i < Count; i++)
        {
            string file = folder.File($"in/{i / 100:00}/{i:0000}.png");
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, png);
        }

        return folder;
    }

    private static int CountLines(string file)
    {
        if (!File.Exists(file))
            return 0;
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().AsSpan().Count('\n');
    }

    private static IEnumerable<string> Files(TemporaryFolder folder, string file, string format) => format switch
    {
        "jsonl" => File.ReadLines(file).Select(line =>
        {
            using JsonDocument json = JsonDocument.Parse(line);
            return json.RootElement.GetProperty("file").GetString()!;
        }),
        "csv" => File.ReadLines(file).Skip(1).Select(line => line.Split(',')[0]),
        _ => FilesOfParquet(file),
    };

    private static List<string> FilesOfParquet(string file)
    {
        using FileStream stream = File.OpenRead(file);
        Parquet.ParquetReader reader = Parquet.ParquetReader.CreateAsync(stream).GetAwaiter().GetResult();
        var files = new List<string>();
        for (int i = 0; i < reader.RowGroupCount; i++)
        {
            using Parquet.ParquetRowGroupReader group = reader.OpenRowGroupReader(i);
            string?[] column = new string?[group.RowCount];
            group.ReadAsync(reader.Schema.GetDataFields()[0], column.AsMemory()).AsTask().GetAwaiter().GetResult();
            files.AddRange(column!);
        }

        return files;
    }
}
