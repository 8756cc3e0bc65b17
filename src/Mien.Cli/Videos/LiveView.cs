using Mien.Video;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mien.Cli.Videos;

/// <summary>What `mien watch` shows: a row a face, a bar for each expression.</summary>
internal static class LiveView
{
    private const int BarWidth = 10;

    public static IRenderable Draw(VideoReader reader, IReadOnlyList<TrackedFace> faces, IReadOnlyList<string> labels,
        double framesPerSecond)
    {
        Table table = new Table().WithNumbers("face").WithColumns("label");
        foreach (string label in labels)
            table.AddColumn(new TableColumn(new Text(label)) { Width = BarWidth });
        foreach (TrackedFace face in faces.OrderBy(face => face.Track))
        {
            table.AddRow([
                new Text($"{face.Track}"),
                new Text($"{face.Face.Label} {face.Face.Confidence * 100:F0}%", face.Face.IsUncertain
                    ? new Style(Color.FromHex(Palette.Uncertain)) : StyleOf(face.Face.Label, face.Face.MostProbable)),
                .. labels.Select((label, i) => new Text(new string('█', (int)MathF.Round(face.Face.Probabilities[i] * BarWidth)),
                    StyleOf(label, i)))]);
        }

        return new Rows(
            new Text($"{reader.Source} {reader.Info.Width}x{reader.Info.Height}: {framesPerSecond:F1} frames a second read, "
                + $"{reader.Dropped} passed over. Ctrl+C ends."),
            faces.Count == 0 ? new Text("no face in sight") : table);
    }

    private static Style StyleOf(string label, int place) => new(Color.FromHex(Palette.Of(label, place)));
}
