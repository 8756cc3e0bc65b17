using System.Diagnostics;
using Mien.TestSupport;
using Mien.Training.Datasets;

namespace Mien.Training.Tests.Datasets;

/// <summary>Folders in which not every name is a picture that can be opened.</summary>
public class OddFoldersTests
{
    [Fact]
    public void A_link_to_a_folder_above_is_named_and_not_followed()
    {
        using TemporaryFolder folder = Faces();
        File.CreateSymbolicLink(folder.File("train/latest"), "..");
        File.CreateSymbolicLink(folder.File("train/elsewhere"), Path.GetPathRoot(folder.Path)!);
        File.CreateSymbolicLink(folder.File("train/again"), "happy");
        File.CreateSymbolicLink(folder.File("train/itself"), "itself");

        LoadedDataset data = DatasetReader.Load(folder.Path);

        Assert.Equal(12, data.Table.Count);
        Assert.Equal(["happy", "sad"], data.Table.LabelNames);
        Assert.All((string[])["latest", "elsewhere", "again"], name => Assert.Contains(data.Notes, note => note.Contains($"train/{name}: a "
            + "link to ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Links_to_folders_and_pictures_elsewhere_are_followed()
    {
        using TemporaryFolder folder = Faces();
        using TemporaryFolder other = TestData.NewFolder();
        MadeUpPictures.Save(100, other.File("joy/a.png"), other.File("joy/b.png"));
        File.CreateSymbolicLink(folder.File("train/angry"), other.File("joy"));
        File.CreateSymbolicLink(folder.File("train/sad/c.png"), other.File("joy/a.png"));
        File.CreateSymbolicLink(folder.File("train/sad/gone.png"), other.File("gone.png"));

        LoadedDataset data = DatasetReader.Load(folder.Path);

        Assert.Equal([2, 6, 7], data.Table.ClassCounts());
        Assert.Contains($"train/sad/gone.png: not an ordinary file but a link to {other.File("gone.png")}, where there is none; left "
            + $"out", Assert.Single(data.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Pipes_and_devices_are_named_and_left_out_without_being_opened()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes and devices in folders.");
        using TemporaryFolder folder = Faces();
        MakePipe(folder.File("train/happy/x.jpg"));
        MakePipe(folder.File("notes.csv"));
        File.CreateSymbolicLink(folder.File("train/happy/z.jpg"), "/dev/zero");

        LoadedDataset data = DatasetReader.Load(folder.Path);

        Assert.Equal(12, data.Table.Count);
        Assert.Equal(3, data.Notes.Count);
        Assert.Contains(data.Notes, note => note.Contains("happy/x.jpg: a pipe, not an ordinary file", StringComparison.Ordinal));
        Assert.Contains(data.Notes, note => note.Contains("notes.csv: a pipe, not an ordinary file", StringComparison.Ordinal));
        Assert.Contains(data.Notes, note => note.Contains("happy/z.jpg: a device, not an ordinary file", StringComparison.Ordinal));
    }

    [Fact]
    public void A_pipe_as_data_set_or_in_a_manifest_is_refused_without_being_opened()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes in folders.");
        using TemporaryFolder folder = Faces();
        MakePipe(folder.File("pipe.csv"));
        Assert.Contains("pipe.csv: a pipe, not an ordinary file",
            Assert.Throws<MienException>(() => DatasetReader.Load(folder.File("pipe.csv"))).Message, StringComparison.Ordinal);
        string manifest = folder.Write("faces.csv", "file,label\npipe.csv,happy\n");
        Assert.Contains("line 2: pipe.csv: can't be read (a pipe, not an ordinary "
            + "file)", Assert.Throws<MienException>(() => DatasetReader.Load(manifest)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_and_folders_that_may_not_be_read_are_named_and_left_out()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "The superuser reads every file.");
        if (OperatingSystem.IsWindows())
            return; // Rights are others there.
        using TemporaryFolder folder = Faces();
        File.SetUnixFileMode(folder.File("train/happy/0.png"), UnixFileMode.None);
        File.SetUnixFileMode(folder.File("test/sad"), UnixFileMode.None);
        try
        {
            LoadedDataset data = DatasetReader.Load(folder.Path);
            Assert.Equal(8, data.Table.Count);
            Assert.Contains(data.Notes, note => note.Contains("train/happy/0.png: can't be read", StringComparison.Ordinal));
            Assert.Contains(data.Notes, note => note.Contains("test/sad: the folder can't be listed", StringComparison.Ordinal));
        }
        finally
        {
            File.SetUnixFileMode(folder.File("test/sad"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void Folders_without_a_picture_and_files_of_other_kinds_are_named()
    {
        using TemporaryFolder folder = Faces();
        Directory.CreateDirectory(folder.File("train/angry"));
        folder.Write("train/fear/a.heic", "");
        folder.Write("train/fear/b.HEIC", "");
        LoadedDataset data = DatasetReader.Load(folder.Path);
        Assert.Equal(12, data.Table.Count);
        Assert.Contains(data.Notes, note => note.EndsWith("train/angry: no picture in this folder", StringComparison.Ordinal));
        Assert.Contains(data.Notes, note => note.EndsWith("train/fear: no picture in this folder", StringComparison.Ordinal));
        Assert.Contains(data.Notes, note => note.EndsWith("passed over, as no picture that can be read: .heic "
            + "(2)", StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_of_other_kinds_alone_says_which()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        folder.Write("train/fear/a.heic", "");
        Assert.Contains("neither a table nor pictures in it (passed over, as no picture that can be read: .heic "
            + "(1))", Assert.Throws<MienException>(() => DatasetReader.Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_of_which_nothing_can_be_read_is_named()
    {
        using TemporaryFolder folder = Faces();
        folder.Write("train/fear/a.png", "no picture");
        LoadedDataset data = DatasetReader.Load(folder.Path, DatasetOptions.Default with { SkipBadRows = true });
        Assert.Equal(["happy", "sad"], data.Table.LabelNames);
        Assert.Contains("label fear: none of its 1 pictures gave a face", Assert.Single(data.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_may_be_nested_deeply()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        MadeUpPictures.Save(1, folder.File(string.Join('/', Enumerable.Repeat("deep", 20)) + "/happy/a.png"));
        Assert.Equal(1, DatasetReader.Load(folder.Path).Table.Count);
    }

    internal static void MakePipe(string path)
    {
        using var process = Process.Start("mkfifo", [path]);
        process.WaitForExit();
    }

    /// <summary>Three happy and three sad faces in train and in test.</summary>
    private static TemporaryFolder Faces()
    {
        TemporaryFolder folder = TestData.NewFolder();
        MadeUpPictures.Save(1, from split in (string[])["train", "test"]
                               from label in (string[])["happy",
            "sad"]
                               from i in Enumerable.Range(0, 3)
                               select folder.File($"{split}/{label}/{i}.png"));
        return folder;
    }
}
