using System.Text;
using Mien.Imaging;
using Mien.TestSupport;
using Mien.Training.Datasets;
using Mien.Training.Runs;
using Parquet;
using Parquet.Schema;

namespace Mien.Training.Tests.Datasets;

public class OwnDataTests
{
    [Fact]
    public void Folders_of_ones_own_give_labels_of_ones_own()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        foreach (string file in (string[])["train/bored/ann/1.png", "train/happiness/2.png", "test/bored/3.png", "train/zeal/4.png"])
            Save(folder.File(file), 40);

        FaceTable table = DatasetReader.Load(folder.Path).Table;

        // Known names first, by their own order; the others by name.
        Assert.Equal(["happy", "bored", "zeal"], table.LabelNames);
        Assert.Equal([(1, Split.PrivateTest), (1, Split.Training), (0, Split.Training), (2, Split.Training)],
            table.Labels.Zip(table.Splits, (label, split) => ((int)label, split)));
    }

    [Theory]
    [InlineData("joy", "sad", "happy", "sad")]
    [InlineData("neutral", "anger", "angry", "neutral")]
    public void A_folder_of_two_of_the_seven_has_two_classes(string first, string second, params string[] classes)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Save(folder.File($"train/{first}/1.png"), 40);
        Save(folder.File($"train/{second}/2.png"), 40);
        Assert.Equal(classes, DatasetReader.Load(folder.Path).Table.LabelNames);
    }

    [Fact]
    public void A_manifest_of_two_of_the_seven_has_two_classes()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Save(folder.File("a.png"), 40);
        Save(folder.File("b.png"), 40);
        string manifest = folder.Write("faces.csv", "file,label\na.png,surprise\nb.png,disgust\n");
        Assert.Equal(["disgust", "surprise"], DatasetReader.Load(manifest).Table.LabelNames);
    }

    [Fact]
    public void A_part_of_FER2013s_table_keeps_the_seven_that_its_numbers_stand_for()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string table = folder.Write("fer2013.csv", $"{CsvText.Header}\n{CsvText.Row(3, 1, Split.Training)}\n{CsvText.Row(4, 2, Split.Training)}\n");
        FaceTable faces = DatasetReader.Load(table).Table;
        Assert.Equal(FacialExpressions.Fer2013Names, faces.LabelNames);
        Assert.Equal([3, 4], faces.Labels);
    }

    [Fact]
    public void Classes_of_FER2013s_table_that_a_map_puts_into_others_are_gone()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string table = folder.Write("fer2013.csv", $"{CsvText.Header}\n{CsvText.Row(2, 1, Split.Training)}\n{CsvText.Row(4, 2, Split.Training)}\n");
        FaceTable faces = DatasetReader.Load(table, DatasetOptions.Default with { Map = Map(("fear", "sad")) }).Table;
        Assert.Equal(["angry", "disgust", "happy", "sad", "surprise", "neutral"], faces.LabelNames);
        Assert.Equal([3, 3], faces.Labels);
    }

    [Fact]
    public void Labels_stand_for_others_where_a_map_says_so()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Save(folder.File("train/cheerful/1.png"), 40);
        Save(folder.File("train/asleep/2.png"), 40);
        var options = DatasetOptions.Default with { Map = Map(("Cheerful", "happy"), ("asleep", "drowsy")) };
        Assert.Equal(["happy", "drowsy"], DatasetReader.Load(folder.Path, options).Table.LabelNames);
    }

    [Fact]
    public void A_map_of_a_label_that_is_not_there_names_those_that_are()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Save(folder.File("train/cheerful/1.png"), 40);
        var error = Assert.Throws<MienException>(() =>
            DatasetReader.Load(folder.Path, DatasetOptions.Default with { Map = Map(("jolly", "happy")) }));
        Assert.Contains("--map jolly=happy: nothing is labeled jolly. The labels are cheerful", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("jsonl")]
    [InlineData("parquet")]
    public async Task A_manifest_names_pictures_of_any_size_with_label_and_split(string kind)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Save(folder.File("pictures/a.png"), 30);
        Save(folder.File("pictures/b.png"), 100);
        string manifest = folder.File("faces." + kind);
        switch (kind)
        {
            case "csv":
                folder.Write("faces.csv", "label, split ,FILE\njoy,train,pictures/a.png\n\"pain\",test,\"pictures/b.png\"\n");
                break;
            case "jsonl":
                folder.Write("faces.jsonl", "{\"file\":\"pictures/a.png\",\"label\":\"joy\",\"split\":\"train\"}\n\n{\"label\":\"pain\",\"file\":\"pictures/b.png\",\"split\":\"test\"}\n");
                break;
            default:
                await WriteParquet(manifest, ["pictures/a.png", "pictures/b.png"], ["joy", "pain"], ["train", "test"]);
                break;
        }

        LoadedDataset data = DatasetReader.Load(manifest);

        Assert.Equal(["happy", "pain"], data.Table.LabelNames);
        Assert.Equal([Split.Training, Split.PrivateTest], data.Table.Splits);
        Assert.Equal(["30x30", "100x100"], data.Sizes.Keys);
    }

    [Theory]
    [InlineData("file,label\nnowhere.png,joy\n", "line 2: nowhere.png: not there")]
    [InlineData("file,label\n,joy\n", "line 2: no file")]
    [InlineData("file,label,split\na.png,joy,sometimes\n", "line 2: split \"sometimes\"")]
    public void A_row_of_a_manifest_that_does_not_fit_is_named(string text, string wrong)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Save(folder.File("a.png"), 40);
        var error = Assert.Throws<MienException>(() => DatasetReader.Load(folder.Write("faces.csv", text)));
        Assert.Contains("faces.csv, " + wrong, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Faces_without_splits_are_divided_by_class()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        for (int i = 0; i < 60; i++)
            Save(folder.File($"{(i % 3 == 0 ? "calm" : "cross")}/{i}.png"), 8);
        FaceTable table = DatasetReader.Load(folder.Path).Table;
        foreach (int label in (int[])[0, 1])
        {
            int all = label == 0 ? 20 : 40;
            Assert.InRange(table.Labels.Zip(table.Splits).Count(face => face.First == label && face.Second == Split.PublicTest),
                all / 10 - 1, all / 10 + 1);
            Assert.InRange(table.Labels.Zip(table.Splits).Count(face => face.First == label && face.Second == Split.PrivateTest),
                all / 10 - 1, all / 10 + 1);
        }
    }

    [Fact]
    public void A_group_is_never_on_two_sides()
    {
        byte[] labels = [.. Enumerable.Range(0, 300).Select(i => (byte)(i % 3))];
        string[] people = [.. Enumerable.Range(0, 300).Select(i => $"person {i / 6}")];

        Split[] splits = SplitMaker.Make(labels, people);

        Assert.All(people.Zip(splits).GroupBy(face => face.First), person => Assert.Single(person.Select(face => face.Second).Distinct()));
        Assert.All(Enum.GetValues<Split>(), split => Assert.InRange(splits.Count(s => s == split), split == Split.Training ? 210 : 15,
            split == Split.Training ? 270 : 50));
        Assert.Equal(splits, SplitMaker.Make(labels, people));
        Assert.NotEqual(splits, SplitMaker.Make(labels, people, seed: 2));
    }

    [Theory]
    [InlineData("bored/1.png bored/2.png", "1 Training faces are too few to learn from. Give 10 at the very least")]
    [InlineData("bored/1.png calm/2.png", "1 Training faces are too few to learn from. Give 10 at the very least")]
    [InlineData("bored/*", "every Training face is bored. Training needs two labels or more.")]
    public void Too_little_to_learn_from_is_said_in_a_sentence(string files, string expected)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string[] names = files.EndsWith('*') ? [.. Enumerable.Range(0, 30).Select(i => $"bored/{i}.png")] : files.Split(' ');
        foreach (string file in names)
            Save(folder.File("data/" + file), 48);
        FaceTable table = DatasetReader.Load(folder.File("data")).Table;
        var error = Assert.Throws<MienException>(() =>
            Trainer.Begin(new RunFolder(folder.File("run")), table, "data", TrainingOptions.Default with { DropCopies = false }));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("run")));
    }

    [Fact]
    public void Pictures_that_are_all_the_same_leave_nothing_to_learn_from()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        foreach (int i in Enumerable.Range(0, 60))
            Save(folder.File($"data/{(i % 2 == 0 ? "bored" : "calm")}/{i}.png"), 48);
        FaceTable table = DatasetReader.Load(folder.File("data")).Table;
        var error = Assert.Throws<MienException>(() =>
            Trainer.Begin(new RunFolder(folder.File("run")), table, "data", TrainingOptions.Default));
        Assert.Contains("--drop-copies false", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_face_knows_the_file_or_the_line_that_it_comes_from()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Save(folder.File("data/calm/a.png"), 48);
        Save(folder.File("data/cross/b.png"), 48);
        Assert.Equal([new FaceOrigin("calm/a.png", 0), new FaceOrigin("cross/b.png", 0)], DatasetReader.Load(folder.File("data")).Origins);

        string manifest = folder.Write("faces.csv", "file,label,group\ndata/cross/b.png,cross,ann\ndata/calm/a.png,calm,\n");
        Assert.Equal([new FaceOrigin("data/cross/b.png", 2, "ann"), new FaceOrigin("data/calm/a.png", 3)],
            DatasetReader.Load(manifest).Origins);

        string table = folder.Write("fer2013.csv", $"{CsvText.Header}\n{CsvText.Row(1, 1, Split.Training)}\n{CsvText.Row(2, 2, Split.Training)}\n");
        Assert.Equal([new FaceOrigin(table, 2), new FaceOrigin(table, 3)], DatasetReader.Load(table).Origins);
    }

    private static Dictionary<string, string> Map(params (string From, string To)[] pairs) =>
        pairs.ToDictionary(pair => pair.From, pair => pair.To, StringComparer.OrdinalIgnoreCase);

    private static async Task WriteParquet(string path, string[] files, string[] labels, string[] splits)
    {
        var schema = new ParquetSchema(new DataField<string>("file"), new DataField<string>("label"), new DataField<string>("split"));
        await using FileStream stream = File.Create(path);
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream);
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        await group.WriteAsync(schema.DataFields[0], files);
        await group.WriteAsync(schema.DataFields[1], labels);
        await group.WriteAsync(schema.DataFields[2], splits);
    }

    private static void Save(string path, int side)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        byte[] gray = new byte[side * side];
        new Random(Encoding.UTF8.GetByteCount(path)).NextBytes(gray);
        Annotator.Save(Picture.FromGray(gray, side, side), [], path);
    }
}
