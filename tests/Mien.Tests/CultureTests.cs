using System.Globalization;
using System.Text.Json;
using Mien.Imaging;
using Mien.TestSupport;

namespace Mien.Tests;

/// <summary>The library says the same in a program of any culture: the analyzers ask for it, and this reads a picture in one.</summary>
public class CultureTests
{
    [Fact]
    public void A_program_where_a_comma_is_the_decimal_mark_gets_the_same()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string photo = Path.Combine(TestData.Root, "samples", "average-faces.png");
        string[] expected = Everything(folder, photo);
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = Commas();
            Assert.Equal("1,5", $"{1.5}");
            Assert.Equal(expected, Everything(folder, photo));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static string[] Everything(TemporaryFolder folder, string photo)
    {
        using var recognizer = ExpressionRecognizer.CreateDefault(RecognizerOptions.Default with { MaxPixels = 1_500_000 });
        var said = new List<string>();
        foreach (Face face in recognizer.Recognize(photo))
            said.Add($"{face.Box} {Json(face)}");
        said.Add($"{recognizer.Model.Name} {recognizer.Model.Meaning}");
        said.Add(Assert.Throws<MienException>(() => recognizer.Load(new MemoryStream([.. "P5 2000 2000 255\n"u8]))).Message);
        using (FileStream large = File.Create(folder.File("large.png")))
            large.SetLength(1_500_000_000);
        said.Add(Assert.Throws<MienException>(() => Picture.Load(folder.File("large.png"))).Message);
        File.Delete(folder.File("large.png"));
        return [.. said];
    }

    private static string Json(Face face)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            FaceJson.WriteFace(json, face);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
    }

    /// <summary>As de-DE has it, also where no cultures are installed.</summary>
    private static CultureInfo Commas()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = culture.NumberFormat.PercentDecimalSeparator = ",";
        culture.NumberFormat.NumberGroupSeparator = culture.NumberFormat.PercentGroupSeparator = ".";
        culture.NumberFormat.NegativeSign = "\u2212";
        return culture;
    }
}
