using System.Text.Json;
using Mien.Cli.Predictions;
using Mien.Imaging;
using Mien.TestSupport;
using static Mien.Cli.Tests.CommandTests;

namespace Mien.Cli.Tests.Predictions;

/// <summary>Output files that a kill left at any byte are gone on with.</summary>
public class ResumeTests
{
    [Theory]
    [InlineData("jsonl")]
    [InlineData("csv")]
    public void A_file_cut_at_any_byte_ends_as_if_it_had_not_been(string format)
    {
        using TemporaryFolder folder = Pictures(6);
        string whole = folder.File("whole." + format);
        Assert.Equal(ExitCode.Failure, Run("predict", folder.File("in"), "--faces", "cropped", "--out", whole).Exit);
        byte[] bytes = File.ReadAllBytes(whole);
        string[] expected = Files(whole, format);
        Assert.Equal(8, expected.Length);
        var random = new Random(11);
        int[] cuts = [0, 1, bytes.Length - 1, bytes.Length, Array.IndexOf(bytes, (byte)'\n'), Array.IndexOf(bytes, (byte)'\n') + 1,
            .. Enumerable.Range(0, 14).Select(_ => random.Next(bytes.Length))];
        foreach (int cut in cuts)
        {
            string file = folder.File($"cut-{cut}.{format}");
            File.WriteAllBytes(file, bytes[..cut]);
            (int exit, _, string error) = Run("predict", folder.File("in"), "--faces", "cropped", "--out", file, "--resume");
            // The two pictures that can't be read count, whichever run met them.
            Assert.True(exit == ExitCode.Failure, error);
            Assert.Equal(expected, Files(file, format));
            // Again: nothing is left to do.
            byte[] done = File.ReadAllBytes(file);
            if (format == "jsonl")
            {
                (exit, _, error) = Run("predict", folder.File("in"), "--faces", "cropped", "--out", file, "--resume");
                Assert.True(exit == ExitCode.Failure && error.StartsWith("0 pictures", StringComparison.Ordinal), error);
                Assert.Contains("8 were done before, 2 of them failed", error, StringComparison.Ordinal);
                Assert.Equal(done, File.ReadAllBytes(file));
            }
        }
    }

    [Fact]
    public void A_name_that_is_listed_twice_is_read_twice_and_stays_so()
    {
        using TemporaryFolder folder = Pictures(1);
        string picture = folder.File("in/000, \"odd\".png");
        string list = folder.Write("list.txt", string.Join('\n', Enumerable.Repeat(picture, 3)));
        foreach (string format in (string[])["jsonl", "csv"])
        {
            string file = folder.File("out." + format);
            for (int time = 0; time < 2; time++)
            {
                Assert.Equal(ExitCode.Ok, Run("predict", "@" + list, "--faces", "cropped", "--out", file, "--resume").Exit);
                Assert.Equal([picture, picture, picture], Files(file, format));
            }
        }
    }

    [Fact]
    public void Pictures_that_came_since_are_added()
    {
        using TemporaryFolder folder = Pictures(2);
        string file = folder.File("out.jsonl");
        Run("predict", folder.File("in"), "--faces", "cropped", "--out", file);
        File.Copy(folder.File("in/001.png"), folder.File("in/0000.png"));
        (int exit, _, string error) = Run("predict", folder.File("in"), "--faces", "cropped", "--out", file, "--resume");
        Assert.True(exit == ExitCode.Failure, error);
        Assert.Contains("1 pictures, 1 faces, 0 failed", error, StringComparison.Ordinal);
        Assert.Contains("3 were done before, 1 of them failed", error, StringComparison.Ordinal);
        Assert.EndsWith("0000.png", Files(file, "jsonl")[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_there_is_not_written_over()
    {
        using TemporaryFolder folder = Pictures(1);
        string file = folder.Write("out.jsonl", "precious");
        (int exit, _, string error) = Run("predict", folder.File("in"), "--out", file);
        Assert.Equal((ExitCode.Failure, "precious"), (exit, File.ReadAllText(file)));
        Assert.Contains("--resume", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("out.jsonl", "{\"name\":1}\n", "line 1")]
    [InlineData("out.jsonl", "text\n", "line 1")]
    [InlineData("out.jsonl", "a picture has no lines", "line 1")]
    [InlineData("out.csv", "a picture has no lines", "line 1")]
    [InlineData("out.jsonl", "{\"file\":\"a\",\"width\":3,}\n", "line 1")]
    [InlineData("out.csv", "a,b,c\n1,2,3\n", "other columns")]
    public void A_file_of_another_kind_is_not_gone_on_with(string name, string text, string expected)
    {
        using TemporaryFolder folder = Pictures(1);
        string file = folder.Write(name, text);
        (int exit, _, string error) = Run("predict", folder.File("in"), "--out", file, "--resume");
        Assert.Equal((ExitCode.Failure, text), (exit, File.ReadAllText(file)));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("out.jsonl")]
    [InlineData("out.csv")]
    [InlineData("out.parquet")]
    public void Another_model_or_other_options_than_at_the_beginning_are_refused(string name)
    {
        using TemporaryFolder folder = Pictures(1);
        string file = folder.File(name);
        string[] arguments = ["predict", folder.File("in"), "--faces", "cropped", "--out", file];
        Assert.Equal(ExitCode.Ok, Run(arguments).Exit);
        byte[] before = File.ReadAllBytes(file);
        foreach ((string[] more, string expected) in ((string[], string)[])
        [
            (["--model", "fer2013"], "--model "),
            (["--prior", "balanced"], "--prior dataset (now balanced)"),
            (["--flip"], "--flip false (now true)"),
            (["--min-confidence", "0.5"], "--min-confidence 0 (now 0.5)"),
            (["--shard", "1/2"], "--shard left out (now 1/2)"),
        ])
        {
            (int exit, _, string error) = Run([.. arguments, "--resume", .. more]);
            Assert.True(exit == ExitCode.Failure && error.Contains($"begun with {expected}", StringComparison.Ordinal), error);
            Assert.Contains("Pass the same model and options", error, StringComparison.Ordinal);
            Assert.Equal(before, File.ReadAllBytes(file));
        }

        Assert.Equal(ExitCode.Ok, Run([.. arguments, "--resume"]).Exit);
    }

    [Theory]
    [InlineData("out.jsonl")]
    [InlineData("out.csv")]
    public void Two_names_of_one_file_have_one_lock_and_one_record(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        using TemporaryFolder folder = Pictures(1);
        string[] arguments = ["predict", folder.File("in"), "--faces", "cropped"];
        Assert.Equal(ExitCode.Ok, Run([.. arguments, "--out", folder.File(name)]).Exit);
        File.CreateSymbolicLink(folder.File("link-" + name), folder.File(name));
        string[] throughLink = [.. arguments, "--out", folder.File("link-" + name), "--resume"];
        (int exit, _, string error) = Run([.. throughLink, "--flip"]);
        Assert.True(exit == ExitCode.Failure && error.Contains("begun with --flip false (now true)", StringComparison.Ordinal), error);
        using (RunLock.Take(folder.File(name)))
            Assert.Contains("another process is writing it", Run(throughLink).Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, Run(throughLink).Exit);
    }

    [Fact]
    public void A_whole_Parquet_file_that_lacks_pictures_says_so()
    {
        using TemporaryFolder folder = Pictures(1);
        string[] arguments = ["predict", folder.File("in"), "--faces", "cropped", "--out", folder.File("out.parquet")];
        Assert.Equal(ExitCode.Ok, Run(arguments).Exit);
        File.Copy(Directory.GetFiles(folder.File("in"))[0], folder.File("in/new.png"));
        (int exit, _, string error) = Run([.. arguments, "--resume"]);
        Assert.True(exit == ExitCode.Failure && error.Contains("lacks 1 of these pictures", StringComparison.Ordinal), error);
        Assert.Contains("new.png", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_whose_record_is_gone_is_gone_on_with_and_said_so()
    {
        using TemporaryFolder folder = Pictures(1);
        string file = folder.File("out.jsonl");
        string[] arguments = ["predict", folder.File("in"), "--faces", "cropped", "--out", file, "--resume"];
        Assert.Equal(ExitCode.Ok, Run(arguments).Exit);
        File.Delete(RunLock.Beside(file));
        (int exit, _, string error) = Run(arguments);
        Assert.True(exit == ExitCode.Ok && error.Contains("make sure that it was begun with", StringComparison.Ordinal), error);
        Assert.DoesNotContain("make sure", Run(arguments).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("out.jsonl")]
    [InlineData("out.csv")]
    [InlineData("out.parquet")]
    [InlineData("out.json")]
    public void A_file_that_another_process_writes_is_left_to_it(string name)
    {
        using TemporaryFolder folder = Pictures(1);
        string[] arguments = ["predict", folder.File("in"), "--faces", "cropped", "--out", folder.File(name)];
        using (RunLock.Take(folder.File(name)))
        {
            foreach (string[] more in (string[][])[[], name == "out.json" ? ["--overwrite"] : ["--resume"]])
            {
                (int exit, _, string error) = Run([.. arguments, .. more]);
                Assert.True(exit == ExitCode.Failure && error.Contains("another process is writing it", StringComparison.Ordinal), error);
            }

            Assert.False(File.Exists(folder.File(name)));
        }

        Assert.Equal(ExitCode.Ok, Run(arguments).Exit);
    }

    [Theory]
    [InlineData("{\"file\":\"a.png\",\"width\":3,\"hei")]
    [InlineData("{\"file\":\"a.png\",\"faces\":[{\"label\":7}]}")]
    public void A_damaged_line_of_a_journal_is_named_with_its_number(string damaged)
    {
        using TemporaryFolder folder = Pictures(1);
        string file = folder.File("out.parquet");
        string journal = folder.Write("out.parquet.journal", $"{{\"file\":\"b.png\",\"width\":3,\"height\":3,\"faces\":[]}}\n{damaged}\n");
        (int exit, _, string error) = Run("predict", folder.File("in"), "--faces", "cropped", "--out", file, "--resume");
        Assert.True(exit == ExitCode.Failure && error.Contains($"{journal}, line 2: damaged", StringComparison.Ordinal), error);
        Assert.False(File.Exists(file));
        // As the message says.
        File.WriteAllLines(journal, File.ReadAllLines(journal).Where(line => line != damaged));
        Assert.Equal(ExitCode.Ok, Run("predict", folder.File("in"), "--faces", "cropped", "--out", file, "--resume").Exit);
    }

    [Fact]
    public void A_table_that_can_t_be_written_leaves_its_rows_to_go_on_with()
    {
        using TemporaryFolder folder = Pictures(1);
        string file = folder.File("out.parquet");
        Directory.CreateDirectory(file + ".tmp");
        string[] arguments = ["predict", folder.File("in"), "--faces", "cropped", "--out", file, "--resume"];
        (int exit, _, string error) = Run(arguments);
        Assert.True(exit == ExitCode.Failure, error);
        Assert.Contains($"The results are in {file}.journal. Make room or give access, then --resume.", error, StringComparison.Ordinal);
        Directory.Delete(file + ".tmp");
        (exit, _, error) = Run(arguments);
        Assert.True(exit == ExitCode.Ok && error.StartsWith("0 pictures", StringComparison.Ordinal), error);
        Assert.Equal([file], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_picture_whose_copy_has_no_place_is_left_to_a_run_that_goes_on()
    {
        using TemporaryFolder folder = Pictures(1);
        Directory.CreateDirectory(folder.File("in/sub"));
        File.Copy(folder.File("in/000, \"odd\".png"), folder.File("in/sub/1.png"));
        string blocked = folder.Write("copies/sub", "a file where a folder is to be");
        string[] arguments =
        [
            "predict", folder.File("in"), "--faces", "cropped", "--workers", "1", "--annotate", folder.File("copies"),
            "--out", folder.File("out.jsonl"), "--resume",
        ];
        (int exit, _, string error) = Run(arguments);
        Assert.True(exit == ExitCode.Failure && error.Contains("can't be made", StringComparison.Ordinal), error);
        Assert.Single(File.ReadAllLines(folder.File("out.jsonl")));
        File.Delete(blocked);
        Assert.Equal(ExitCode.Ok, Run(arguments).Exit);
        Assert.Equal(2, File.ReadAllLines(folder.File("out.jsonl")).Length);
        Assert.True(File.Exists(folder.File("copies/sub/1.png")));
    }

    /// <summary>Pictures of noise in `in`, one of them with an odd name, and where there are several a damaged one.</summary>
    internal static TemporaryFolder Pictures(int count)
    {
        TemporaryFolder folder = TestData.NewFolder();
        Directory.CreateDirectory(folder.File("in"));
        var random = new Random(2);
        byte[] gray = new byte[48 * 48];
        for (int i = 0; i < count; i++)
        {
            random.NextBytes(gray);
            File.WriteAllBytes(folder.File(i == 0 ? "in/000, \"odd\".png" : $"in/{i:000}.png"), Picture.FromGray(gray, 48, 48).ToPng());
        }

        if (count > 1)
            folder.Write("in/002-damaged\nname.jpg", "not a picture");
        if (count > 2)
            folder.Write("in/zero.jpg", "");
        return folder;
    }

    /// <summary>The files of an output in order; read by a reader of the format's own, not by ours.</summary>
    private static string[] Files(string file, string format)
    {
        if (format == "jsonl")
            return [.. File.ReadLines(file).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("file").GetString()!)];
        using var reader = new StreamReader(file);
        using var csv = new CsvHelper.CsvReader(reader, System.Globalization.CultureInfo.InvariantCulture);
        return [.. csv.GetRecords<dynamic>().Select(record => (string)record.file)];
    }
}
