using System.Globalization;
using System.Xml.Linq;
using Mien.Imaging;
using Mien.Reports.Figures;
using Mien.Reports.Predictions;
using Mien.TestSupport;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Mien.Training.Runs;

namespace Mien.Reports.Tests.Figures;

public class FigureTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private static readonly string[] Labels = ["yes", "no"];

    public static TheoryData<string> Names => [.. All().Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_figure_stands_alone_as_SVG_and_as_PNG_of_twice_its_size(string name)
    {
        Figure figure = All()[name];
        XElement root = XDocument.Parse(figure.ToSvg()).Root!;
        Assert.Equal(Svg + "svg", root.Name);
        Assert.NotEmpty(root.Attribute("aria-label")!.Value);
        using var stream = new MemoryStream(figure.ToPng());
        Picture png = Picture.Load(stream);
        Assert.Equal((Math.Round(figure.Width * 2), Math.Round(figure.Height * 2)), ((double)png.Width, (double)png.Height));
        // Nothing is drawn outside: every number of a coordinate lies within the figure.
        foreach (XElement text in root.Descendants(Svg + "text"))
        {
            Assert.InRange(Number(text, "x"), 0, figure.Width);
            Assert.InRange(Number(text, "y"), 0, figure.Height);
        }

        foreach (XElement rectangle in root.Descendants(Svg + "rect").Where(element => element.Attribute("x") is not null))
        {
            Assert.InRange(Number(rectangle, "x") + Number(rectangle, "width"), 0, figure.Width);
            Assert.InRange(Number(rectangle, "y") + Number(rectangle, "height"), 0, figure.Height);
        }
    }

    [Fact]
    public void Text_is_set_on_a_machine_without_fonts()
    {
        var figure = new Figure("test", 100, 30, "<text x=\"5\" y=\"20\" class=\"caption\">Roboto</text>");
        using var stream = new MemoryStream(figure.ToPng());
        Assert.True(Picture.Load(stream).ToGray().Count(level => level < 100) > 100, "No ink.");
    }

    [Fact]
    public void A_confusion_matrix_has_a_cell_a_pair_with_its_count_and_its_share_of_the_label()
    {
        XElement counts = XDocument.Parse(ConfusionMatrix.Draw([[3, 1], [0, 4]], Labels, ConfusionCells.Counts).ToSvg()).Root!;
        Assert.Equal(["3", "1", "0", "4"], counts.Descendants(Svg + "text").Where(IsCount).Select(text => text.Value));
        Assert.Equal("yes read as no: 1 faces, 25.0 % of those labeled yes", counts.Descendants(Svg + "title").ElementAt(1).Value);
        XElement shares = XDocument.Parse(ConfusionMatrix.Draw([[3, 1], [0, 4]], Labels, ConfusionCells.Shares).ToSvg()).Root!;
        Assert.Equal(["75 %", "25 %", "0 %", "100 %"], shares.Descendants(Svg + "text").Where(IsCount).Select(text => text.Value));
    }

    [Fact]
    public void A_curve_passes_through_its_epochs()
    {
        XElement figure = XDocument.Parse(Charts.Accuracy([Epoch(1, 0.25), Epoch(2, 0.75)]).ToSvg()).Root!;
        string[] points = figure.Descendants(Svg + "path").First().Attribute("d")!.Value.Split('M', 'L')[1..];
        double[] heights = [.. points.Select(point => double.Parse(point.Split(' ')[1], CultureInfo.InvariantCulture))];
        double[] grid = [.. figure.Descendants(Svg + "line").Where(line => (string?)line.Attribute("class") == "grid")
            .Select(line => Number(line, "y1"))];
        // Grid lines stand at 0, 20 .. 100 %; 25 and 75 % lie a quarter of the whole from either end.
        double whole = grid[0] - grid[^1];
        Assert.Equal(grid[0] - whole / 4, heights[0], 0.02);
        Assert.Equal(grid[0] - whole * 3 / 4, heights[1], 0.02);
    }

    [Fact]
    public void Epochs_are_counted_in_whole_numbers()
    {
        XElement figure = XDocument.Parse(Charts.LearningRate([Epoch(1, 0.5)]).ToSvg()).Root!;
        string[] ticks = [.. figure.Descendants(Svg + "text").Select(text => text.Value)];
        Assert.Equal(1, ticks.Count(tick => tick == "1"));
        // Steps of 0.0002 would make six ticks, one more than are wanted.
        Assert.Equal(["0", "0.0005", "0.001"], ticks.Where(tick => tick.StartsWith('0')).Distinct().Order());
    }

    [Theory]
    [InlineData(0, 1, 5, "0 0.2 0.4 0.6 0.8 1")]
    [InlineData(0, 45, 6, "0 10 20 30 40")]
    [InlineData(0.6, 1, 5, "0.6 0.7 0.8 0.9 1")]
    [InlineData(-3, 3, 3, "-2 0 2")]
    public void Ticks_are_round(double low, double high, int wanted, string expected) =>
        Assert.Equal(expected, string.Join(' ', Axes.Ticks((low, high), wanted)
            .Select(tick => tick.ToString("0.###", CultureInfo.InvariantCulture))));

    [Fact]
    public void Names_of_any_kind_and_length_keep_to_their_room_and_are_whole_in_a_tooltip()
    {
        string[] names = [.. AnyNames.Names, "bell\a"];
        int[][] counts = [.. names.Select(_ => new int[names.Length])];
        Figure figure = ConfusionMatrix.Draw(counts, names, ConfusionCells.Counts);
        XElement root = XDocument.Parse(figure.ToSvg()).Root!;
        string[] shown = [.. root.Descendants(Svg + "text").Where(text => (string?)text.Attribute("class") == "strong").Select(text =>
            text.Value)];
        Assert.All(shown, name => Assert.InRange(NameRoom.Width(name), 0, 66));
        string[] cut = [.. shown.Where(name => name.EndsWith('…'))];
        string[] whole = [.. root.Descendants(Svg + "g").Elements(Svg + "title").Select(title => title.Value)];
        Assert.Equal(cut.Length, whole.Length);
        Assert.Contains(names.Single(name => name.Length == 300), whole);
        Assert.Contains("überrascht", shown.Concat(whole));
        Assert.Contains("bell", shown);
        Assert.NotEmpty(figure.ToPng());
        // The names of the expressions are never cut.
        Assert.DoesNotContain('…', ConfusionMatrix.Draw([.. FacialExpressions.Names.Select(_ => new int[8])], FacialExpressions.Names,
            ConfusionCells.Counts).ToSvg());
        var map = XDocument.Parse(EmbeddingMap.Draw([0, 0, 1, 1], [0, 1], names, ["a", "b"], null).ToSvg());
        Assert.All(map.Descendants(Svg + "text"), text => Assert.InRange(Number(text, "x") + (text.Attribute("class")!.Value == "label"
            ? NameRoom.Width(text.Value) : 0), 0, 620));
    }

    [Fact]
    public void A_sheet_has_the_classes_own_colors_and_leaves_faces_out_when_told()
    {
        (ExpressionClassifier classifier, JudgedFaces judged) = Judged();
        using (classifier)
        {
            string shown = SampleSheet.Draw(judged, [0, 1, 2], "three").ToSvg();
            Assert.Equal(3, XDocument.Parse(shown).Descendants(Svg + "image").Count());
            Assert.All(FacialExpressions.Fer2013Names, name => Assert.Contains(Palette.Of(name, 0), shown, StringComparison.Ordinal));
            Assert.DoesNotContain("<image", SampleSheet.Draw(judged, [0, 1, 2], "three", faces: false).ToSvg(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_of_another_kind_is_refused_with_the_kinds_there_are()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string file = folder.File("figure.pdf");
        Assert.Equal($"{file}: expected a name that ends in .png or .svg.",
            Assert.Throws<MienException>(() => Charts.Loss([Epoch(1, 0.5)]).Save(file)).Message);
    }

    private static Dictionary<string, Figure> All()
    {
        float[] probabilities = [0.8f, 0.2f, 0.4f, 0.6f, 0.7f, 0.3f];
        byte[] labels = [0, 1, 1];
        EpochMetrics[] epochs = [Epoch(1, 0.3), Epoch(2, 0.5), Epoch(3, 0.6)];
        (ExpressionClassifier classifier, JudgedFaces judged) = Judged();
        using (classifier)
        {
            return new()
            {
                ["history"] = Charts.History(epochs),
                ["confusion"] = ConfusionMatrix.Draw(judged.Evaluation.Confusion, FacialExpressions.Fer2013Names, ConfusionCells.Counts),
                ["reliability"] = Charts.ReliabilityDiagram(Reliability.Bins(probabilities, labels, 2), 0.1),
                ["coverage"] = Charts.CoverageCurve(Coverage.Curve(probabilities, labels, 2)),
                ["classes"] = Charts.ClassBars(judged.Evaluation),
                ["counts"] = Charts.ClassCounts([3, 50], Labels),
                ["gray levels"] = Charts.GrayLevels([0, 10, 10, 255]),
                ["samples"] = SampleSheet.Draw(judged, [0, 1, 2, 3, 4], "five"),
                ["map"] = EmbeddingMap.Draw(classifier, judged, [0, 1, 2, 3, 4, 5]),
            };
        }
    }

    private static (ExpressionClassifier Classifier, JudgedFaces Judged) Judged()
    {
        ExpressionClassifier classifier = ExpressionClassifier.Create(Path.Combine(TestData.Root, "models", "mien-fer2013.int8.onnx"));
        return (classifier, JudgedFaces.Judge(classifier, MadeUpFaces.Table(0, 14, 0), Split.PublicTest));
    }

    private static bool IsCount(XElement text) => ((string?)text.Attribute("class"))?.Contains("count", StringComparison.Ordinal) == true;

    private static double Number(XElement element, string name) =>
        double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);

    private static EpochMetrics Epoch(int epoch, double accuracy) => new()
    {
        Epoch = epoch,
        LearningRate = 0.001,
        TrainLoss = 1.5,
        TrainAccuracy = accuracy,
        PublicTestLoss = 1.4,
        PublicTestAccuracy = accuracy,
        PublicTestMacroF1 = accuracy,
        Best = true,
        ImagesPerSecond = 100,
        Seconds = 1,
    };
}
