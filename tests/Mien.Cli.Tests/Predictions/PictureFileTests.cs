using Mien.Cli.Predictions;
using Mien.TestSupport;

namespace Mien.Cli.Tests.Predictions;

public class PictureFileTests
{
    [Fact]
    public void A_folder_is_walked_in_the_order_of_names_and_pictures_alone_are_taken()
    {
        using TemporaryFolder folder = Tree();
        Assert.Equal(
            ["B.JPG", "a/1.png", "a/b/2.webp", "c.gif", "ä/ü.jpeg"],
            PictureFile.Of([folder.Path], TextReader.Null).Select(file => file.Name));
    }

    [Fact]
    public void Paths_are_printed_below_the_folder_as_it_was_named()
    {
        using TemporaryFolder folder = Tree();
        Assert.Equal(folder.File("a/1.png"), PictureFile.Of([folder.Path], TextReader.Null).ElementAt(1).Path);
        Assert.Equal(folder.File("a/1.png"), PictureFile.Of([folder.Path + "/"], TextReader.Null).ElementAt(1).Path);
    }

    [Theory]
    [InlineData("*", "B.JPG", "c.gif")]
    [InlineData("*.txt", "notes.txt")]
    [InlineData("?/*.png", "a/1.png")]
    [InlineData("**/*.png", "a/1.png")]
    [InlineData("**", "B.JPG", "a/1.png", "a/b/2.webp", "c.gif", "ä/ü.jpeg")]
    [InlineData("a/**/*.webp", "b/2.webp")]
    [InlineData("**/b/*", "a/b/2.webp")]
    [InlineData("*/*/*", "a/b/2.webp")]
    public void A_pattern_takes_what_it_says(string pattern, params string[] names)
    {
        using TemporaryFolder folder = Tree();
        Assert.Equal(names, PictureFile.Of([folder.File(pattern)], TextReader.Null).Select(file => file.Name));
    }

    [Fact]
    public void A_pattern_that_matches_nothing_is_named_with_the_cure()
    {
        using TemporaryFolder folder = Tree();
        var error = Assert.Throws<MienException>(() => PictureFile.Of([folder.File("*.tif")], TextReader.Null).ToList());
        Assert.StartsWith(folder.File("*.tif"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_whose_name_looks_like_a_pattern_or_a_list_is_a_file()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string odd = folder.Write("what?.jpg", "");
        Assert.Equal(odd, Assert.Single(PictureFile.Of([odd], TextReader.Null)).Path);
    }

    [Fact]
    public void Lists_and_standard_input_are_read_a_name_a_line()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string list = folder.Write("list.txt", "one.jpg\n\n./with space/two.jpg\r\n/three.jpg");
        Assert.Equal(["one.jpg", "with space/two.jpg", "/three.jpg"],
            PictureFile.Of([$"@{list}"], TextReader.Null).Select(file => file.Name));
        using var input = new StringReader("a.jpg\nb.jpg\n");
        Assert.Equal(["a.jpg", "b.jpg"], PictureFile.Of(["-"], input).Select(file => file.Path));
        Assert.Contains("list can't be read", Assert.Throws<MienException>(() => PictureFile.Of(["@/nowhere.txt"], TextReader.Null)
            .ToList()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_in_a_circle_end_the_walk()
    {
        using TemporaryFolder folder = Tree();
        Directory.CreateSymbolicLink(folder.File("a/again"), folder.Path);
        File.CreateSymbolicLink(folder.File("linked.jpg"), folder.File("c.gif"));
        Assert.Equal(6, PictureFile.Of([folder.Path], TextReader.Null).Count());
    }

    private static TemporaryFolder Tree()
    {
        TemporaryFolder folder = TestData.NewFolder();
        foreach (string file in (string[])["c.gif", "B.JPG", "a/b/2.webp", "a/1.png", "ä/ü.jpeg", "notes.txt", ".hidden.png",
            ".cache/thumb.jpg", "clip.mp4"])
            folder.Write(file, "");
        return folder;
    }
}
