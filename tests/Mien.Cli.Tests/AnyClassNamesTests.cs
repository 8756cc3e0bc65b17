using System.Globalization;
using System.Text.Json;
using CsvHelper;
using Mien.Cli.Predictions;
using Mien.Imaging;
using Mien.TestSupport;
using Parquet;
using static Mien.Cli.Tests.CommandTests;
using static Mien.Cli.Tests.EvaluationCommandTests;

namespace Mien.Cli.Tests;

/// <summary>Classes may have any names, and every verb carries them as they are.</summary>
public class AnyClassNamesTests
{
    private static readonly string[] Names = AnyNames.Names;

    // A report of thirty classes takes its time.
    private static readonly string[] Few = ["one,two", "[red]", "a=b", "x", "\"驚き\"", "</script><script>alert(1)</script>",
        "<b>bold</b>",
        "two words"];

    [Fact]
    public async Task Tables_of_every_format_have_a_column_a_class_under_one_rule()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string model = Model(folder, Names);
        string picture = Picture(folder);
        IReadOnlyList<string> columns = ClassColumns.Of(Names);
        Assert.Equal(Names.Length, columns.Distinct(StringComparer.OrdinalIgnoreCase).Count());

        Predict("table");
        (string[] header, string[] row) = Csv(Predict("csv"));
        Assert.Equal(columns, header[^(Names.Length + 1)..^1]);
        JsonElement face = JsonDocument.Parse(Predict("jsonl")).RootElement.GetProperty("faces")[0];
        Assert.Equal(Names, face.GetProperty("probabilities").EnumerateObject().Select(each => each.Name));
        string[] shares = [.. face.GetProperty("probabilities").EnumerateObject().Select(each => each.Value.ToString())];
        Assert.Equal(shares, row[^(Names.Length + 1)..^1]);
        Assert.Contains(face.GetProperty("label").GetString(), Names);

        Assert.Equal(ExitCode.Ok, Run("predict", picture, "--faces", "cropped", "--model", model, "--out",
            folder.File("table.parquet")).Exit);
        Assert.Equal(columns, (await ParquetColumns(folder.File("table.parquet")))[^(Names.Length + 1)..^1]);

        // A run that is gone on with finds its own header again.
        string[] twice = ["predict", picture, "--faces", "cropped", "--model", model, "--prior", "dataset", "--out",
            folder.File("again.csv"), "--resume"];
        Assert.Equal(ExitCode.Ok, Run(twice).Exit);
        (int exit, _, string error) = Run(twice);
        Assert.True(exit == ExitCode.Ok, error);

        string Predict(string format)
        {
            (int exit, string output, string error) = Run("predict", picture, "--faces", "cropped", "--model", model, "--format", format);
            Assert.True(exit == ExitCode.Ok, error);
            return output;
        }
    }

    [Fact]
    public void Names_that_are_other_columns_too_become_p_of_the_name_and_no_two_are_the_same()
    {
        Assert.Equal(["happy", "p(x)", "sad"], ClassColumns.Of(["happy", "x", "sad"]));
        Assert.Equal(["p(p(x))", "p(x)", "p(FACE)"], ClassColumns.Of(["x", "p(x)", "FACE"]));
        Assert.Equal(["Joy", "p(joy)"], ClassColumns.Of(["Joy", "joy"]));
    }

    [Fact]
    public void Verbs_that_learn_judge_and_draw_carry_any_names()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string data = Manifest(folder);
        string inspected = Ok("dataset", "inspect", data, "--json");
        Assert.Equal(Few.Order(StringComparer.Ordinal), JsonDocument.Parse(inspected).RootElement
            .GetProperty("splits").GetProperty("Training").EnumerateObject().Select(each => each.Name));
        Ok("dataset", "inspect", data);

        Ok("train", "--data", data, "--arch", "plain", "--epochs", "1", "--threads", "1", "--out", folder.File("run"));
        string model = folder.File("run/model.onnx");
        string[] classes = [.. Few.Order(StringComparer.Ordinal)];
        using (ExpressionClassifier classifier = ExpressionClassifier.Create(model))
            Assert.Equal(classes, classifier.Card.Labels);

        Assert.Contains("[red]", Ok("model", "info", model), StringComparison.Ordinal);
        JsonElement judged = JsonDocument.Parse(Ok("evaluate", "--model", model, "--data", data, "--split", "PrivateTest", "--json",
            "-")).RootElement;
        Assert.Equal(classes, judged.GetProperty("perClass").EnumerateObject().Select(each => each.Name));
        Ok("evaluate", "--model", model, "--data", data, "--split", "PrivateTest");
        Ok("compare", model, Model(folder, classes), "--data", data, "--split", "PrivateTest");
        Ok("dataset", "errors", "--data", data, "--model", model, "--out", folder.File("errors.csv"));
        Assert.Equal(ClassColumns.Of(classes), Csv(File.ReadAllText(folder.File("errors.csv"))).Header[^Few.Length..]);
        Ok("plot", "confusion", model, "--data", data, "--split", "PrivateTest", "--out", folder.File("confusion.png"));
        Ok("report", model, "--data", data, "--out", folder.File("report"));
        string page = File.ReadAllText(folder.File("report/report.html"));
        Assert.DoesNotContain("<b>bold</b>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert(1)", page, StringComparison.Ordinal);

        string picture = Picture(folder);
        Ok("predict", picture, "--faces", "cropped", "--model", model, "--prior", "balanced", "--annotate", folder.File("drawn"));
        Ok("explain", picture, "--faces", "cropped", "--model", model, "--out", folder.File("why.png"));
        Ok("label", "suggest", picture, "--faces", "cropped", "--model", model, "--out", folder.File("labels.csv"));
        (string[] header, string[] suggested) = Csv(File.ReadAllText(folder.File("labels.csv")));
        Assert.Equal(classes.Select(name => $"p({name})"), header[^Few.Length..]);
        Assert.Contains(suggested[1], Few);
    }

    [Fact]
    public void Names_with_commas_and_equals_signs_are_mapped_and_named_as_JSON()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string inspected = Ok("dataset", "inspect", Manifest(folder), "--json", "--map", """{"one,two":"x","a=b":"x"}""", "--map",
            "two words=x");
        string[] merged = ["one,two", "a=b", "two words"];
        Assert.Equal(Few.Except(merged).Order(StringComparer.Ordinal), JsonDocument.Parse(inspected).RootElement
            .GetProperty("splits").GetProperty("Training").EnumerateObject().Select(each => each.Name));

        Assert.Equal(["one,two", "x"], Commands.NameLists.Names("--labels", """["one,two","x"]"""));
        Assert.Equal(["neutral", "happiness"], Commands.NameLists.Names("--labels", "neutral,happiness"));
        (int exit, _, string error) = Run("dataset", "inspect", Manifest(folder), "--map", "{one");
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("--map {one: begins like JSON and can't be read as such.", error, StringComparison.Ordinal);
    }

    private static string Ok(params string[] arguments)
    {
        (int exit, string output, string error) = Run(arguments);
        Assert.True(exit == ExitCode.Ok, error);
        return output;
    }

    private static (string[] Header, string[] Row) Csv(string text)
    {
        using var csv = new CsvParser(new StringReader(text), CultureInfo.InvariantCulture);
        Assert.True(csv.Read());
        string[] header = csv.Record!;
        return (header, csv.Read() ? csv.Record! : []);
    }

    private static async Task<string[]> ParquetColumns(string path)
    {
        await using FileStream stream = File.OpenRead(path);
        await using ParquetReader reader = await ParquetReader.CreateAsync(stream);
        return [.. reader.Schema.GetDataFields().Select(field => field.Name)];
    }

    private static string Picture(TemporaryFolder folder)
    {
        byte[] gray = new byte[48 * 48];
        new Random(3).NextBytes(gray);
        File.WriteAllBytes(folder.File("face.png"), Imaging.Picture.FromGray(gray, 48, 48).ToPng());
        return folder.File("face.png");
    }

    /// <summary>Two faces of noise a class and split.</summary>
    private static string Manifest(TemporaryFolder folder)
    {
        var random = new Random(5);
        byte[] gray = new byte[48 * 48];
        var lines = new List<string> { "file,label,split" };
        IEnumerable<(string Name, string Split)> rows =
            from split in (string[])["train", "validation", "test"] from name in Few from i in Enumerable.Range(0, 2) select (name, split);
        foreach ((string name, string split) in rows)
        {
            random.NextBytes(gray);
            string file = $"{lines.Count}.png";
            File.WriteAllBytes(folder.File(file), Imaging.Picture.FromGray(gray, 48, 48).ToPng());
            lines.Add(FaceText.Csv([file, name, split]));
        }

        return folder.Write("manifest.csv", string.Join('\n', lines) + "\n");
    }
}
