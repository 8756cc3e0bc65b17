using Mien.Detection;

namespace Mien.Cli.Predictions;

/// <summary>Faces as a person reads them: rows from the top, each from the left.</summary>
internal static class ReadingOrder
{
    public static IReadOnlyList<Face> Of(IReadOnlyList<Face> faces)
    {
        var rows = new List<List<Face>>();
        foreach (Face face in faces.OrderBy(face => Middle(face.Box)))
        {
            // A face is in the row whose first face it overlaps by half of its height.
            if (rows.Count > 0 && Middle(face.Box) - Middle(rows[^1][0].Box) < Math.Min(face.Box.Height, rows[^1][0].Box.Height) / 2)
                rows[^1].Add(face);
            else
                rows.Add([face]);
        }

        return [.. rows.SelectMany(row => row.OrderBy(face => face.Box.X))];
    }

    private static float Middle(Box box) => box.Y + box.Height / 2;
}
