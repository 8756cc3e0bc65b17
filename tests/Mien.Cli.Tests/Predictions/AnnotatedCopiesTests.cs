using Mien.Imaging;
using Mien.TestSupport;
using static Mien.Cli.Tests.CommandTests;

namespace Mien.Cli.Tests.Predictions;

/// <summary>mien predict --annotate never harms a picture.</summary>
public class AnnotatedCopiesTests
{
    [Theory]
    [InlineData("in")]
    [InlineData("link")]
    [InlineData("in/../in/.")]
    public void A_picture_that_is_read_stays_as_it_is_however_its_folder_is_named(string target)
    {
        using TemporaryFolder folder = Pictures("in/1.png", "in/2.png");
        Directory.CreateSymbolicLink(folder.File("link"), folder.File("in"));
        byte[] before = File.ReadAllBytes(folder.File("in/1.png"));
        foreach (string[] more in (string[][])[[], ["--overwrite"]])
        {
            (int exit, _, string error) = Predict([folder.File("in"), "--annotate", folder.File(target), .. more]);
            Assert.Equal(ExitCode.Failure, exit);
            Assert.Contains("is among what is read", error, StringComparison.Ordinal);
            Assert.Contains("1.png", error, StringComparison.Ordinal);
        }

        Assert.Equal(before, File.ReadAllBytes(folder.File("in/1.png")));
        Assert.Equal(2, Directory.GetFiles(folder.File("in")).Length);
    }

    [Fact]
    public void A_picture_that_another_one_would_be_written_onto_stays_as_it_is()
    {
        using TemporaryFolder folder = Pictures("a/1.png", "b/1.png");
        byte[] before = File.ReadAllBytes(folder.File("b/1.png"));
        (int exit, _, string error) = Predict([folder.File("a/1.png"), folder.File("b/1.png"), "--annotate", folder.File("b"),
            "--overwrite"]);
        Assert.True(exit == ExitCode.Failure && error.Contains("is among what is read", StringComparison.Ordinal), error);
        Assert.Equal(before, File.ReadAllBytes(folder.File("b/1.png")));
    }

    [Fact]
    public void A_link_among_the_copies_is_replaced_and_what_it_points_to_stays()
    {
        using TemporaryFolder folder = Pictures("in/1.png", "other.png");
        byte[] before = File.ReadAllBytes(folder.File("other.png"));
        Directory.CreateDirectory(folder.File("out"));
        File.CreateSymbolicLink(folder.File("out/1.png"), folder.File("other.png"));
        Assert.Equal(ExitCode.Ok, Predict([folder.File("in"), "--annotate", folder.File("out"), "--overwrite"]).Exit);
        Assert.Equal(before, File.ReadAllBytes(folder.File("other.png")));
        Assert.Null(new FileInfo(folder.File("out/1.png")).LinkTarget);
    }

    [Fact]
    public void Two_pictures_of_one_name_give_two_copies()
    {
        using TemporaryFolder folder = Pictures("a/1.png", "b/1.png", "c/1-2.png");
        Assert.Equal(ExitCode.Ok, Predict([folder.File("a"), folder.File("b/1.png"), folder.File("c"), "--annotate", folder.File("out")])
            .Exit);
        Assert.Equal(["1-2-2.png", "1-2.png", "1.png"],
            Directory.GetFiles(folder.File("out")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        // The sides tell which picture a copy is of.
        Assert.Equal((50, 51, 52), (Side("1.png"), Side("1-2.png"), Side("1-2-2.png")));

        int Side(string name) => Picture.Load(folder.File("out/" + name)).Width;
    }

    [Fact]
    public void Shards_never_choose_the_same_copy()
    {
        string[] names = [.. Enumerable.Range(0, 8).SelectMany(i => new[] { $"a/{i}.png", $"b/{i}.png" })];
        using TemporaryFolder folder = Pictures(names);
        foreach (string shard in (string[])["1/3", "2/3", "3/3"])
            Assert.Equal(ExitCode.Ok, Predict([.. names.Select(folder.File), "--annotate", folder.File("out"), "--shard", shard]).Exit);
        Assert.Equal(names.Length, Directory.GetFiles(folder.File("out")).Length);
    }

    [Fact]
    public void A_copy_that_is_there_already_is_replaced_only_where_the_user_says_so()
    {
        using TemporaryFolder folder = Pictures("in/1.png");
        Directory.CreateDirectory(folder.File("out"));
        folder.Write("out/1.png", "the user's own");
        (int exit, string output, string error) = Predict([folder.File("in"), "--annotate", folder.File("out")]);
        Assert.Equal((ExitCode.Failure, ""), (exit, output));
        Assert.Contains("--overwrite", error, StringComparison.Ordinal);
        Assert.Equal("the user's own", File.ReadAllText(folder.File("out/1.png")));

        Assert.Equal(ExitCode.Ok, Predict([folder.File("in"), "--annotate", folder.File("out"), "--overwrite"]).Exit);
        Assert.Equal(50, Picture.Load(folder.File("out/1.png")).Width);
        Assert.Equal([folder.File("out/1.png")], Directory.GetFiles(folder.File("out")));
    }

    [Fact]
    public void A_run_that_goes_on_draws_the_rest_beside_the_copies_of_before()
    {
        using TemporaryFolder folder = Pictures("in/1.png");
        string[] arguments = [folder.File("in"), "--annotate", folder.File("out"), "--out", folder.File("rows.jsonl"), "--resume"];
        Assert.Equal(ExitCode.Ok, Run(["predict", .. arguments, "--faces", "cropped"]).Exit);
        Annotator.Save(Picture.FromGray(new byte[60 * 60], 60, 60), [], folder.File("in/2.png"));
        Assert.Equal(ExitCode.Ok, Run(["predict", .. arguments, "--faces", "cropped"]).Exit);
        Assert.Equal(2, File.ReadAllLines(folder.File("rows.jsonl")).Length);
        Assert.Equal(2, Directory.GetFiles(folder.File("out")).Length);
    }

    [Fact]
    public void An_explanation_that_is_there_already_stays()
    {
        using TemporaryFolder folder = Pictures("1.png");
        string[] arguments = ["explain", folder.File("1.png"), "--faces", "cropped", "--out", folder.File("out")];
        Assert.Equal(ExitCode.Ok, Run(arguments).Exit);
        folder.Write("out/1-1.png", "the user's own");
        (int exit, _, string error) = Run(arguments);
        Assert.True(exit == ExitCode.Failure && error.Contains("--overwrite", StringComparison.Ordinal), error);
        Assert.Equal("the user's own", File.ReadAllText(folder.File("out/1-1.png")));
        Assert.Equal(ExitCode.Ok, Run([.. arguments, "--overwrite"]).Exit);
    }

    private static (int Exit, string Output, string Error) Predict(string[] arguments) =>
        Run(["predict", .. arguments, "--faces", "cropped", "--format", "jsonl"]);

    /// <summary>Gray squares with sides of 50, 51, 52 ... pixels.</summary>
    private static TemporaryFolder Pictures(params string[] names)
    {
        TemporaryFolder folder = TestData.NewFolder();
        for (int i = 0; i < names.Length; i++)
        {
            int side = 50 + i;
            Directory.CreateDirectory(Path.GetDirectoryName(folder.File(names[i]))!);
            Annotator.Save(Picture.FromGray(new byte[side * side], side, side), [], folder.File(names[i]));
        }

        return folder;
    }
}
