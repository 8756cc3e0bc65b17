using System.Text.Json;
using Mien.Detection;

namespace Mien.Server.Tests.Page;

/// <summary>What the page and the server say of one picture, held side by side.</summary>
/// <remarks>
/// Convolutions are summed in another order on each kind of processor: the points of a face come out some ten-thousandths of
/// a pixel apart, which moves a few of its crop's 2,304 pixels by one gray level. The 8-bit model answers one such pixel with up to
/// 0.029 and three with up to 0.045 (of 1,500 PublicTest faces; median 0.002 and 0.003; in float32 at most 0.005). A label is therefore
/// decided only where it leads by more than what the probabilities may differ.
/// </remarks>
internal sealed record PictureComparison(string File, int Faces, float LeastOverlap, float MostApart, float MostQualityApart, int Undecided,
    IReadOnlyList<string> Differences)
{
    private const float SameBox = 0.9f;
    private const float SameProbability = 0.05f;
    private const float SameQuality = 0.02f;
    private const float SameScore = 0.02f;

    public static PictureComparison Of(JsonElement here, JsonElement there)
    {
        string file = there.GetProperty("file").GetString()!;
        if (!here.TryGetProperty("faces", out JsonElement read))
            return new(file, 0, 0, 1, 1, 0, [$"{file}: {here.GetProperty("error").GetString()}"]);
        JsonElement[] found = [.. read.EnumerateArray()];
        JsonElement[] expected = [.. there.GetProperty("faces").EnumerateArray()];
        var differences = new List<string>();
        if (found.Length != expected.Length)
            differences.Add($"{file}: {found.Length} faces here, {expected.Length} on the server.");
        foreach (string side in (string[])["width", "height"])
        {
            if (here.GetProperty(side).GetInt32() != there.GetProperty(side).GetInt32())
                differences.Add($"{file}: {side} {here.GetProperty(side)} here, {there.GetProperty(side)} on the server.");
        }

        int undecided = 0;
        float leastOverlap = 1, mostApart = 0, mostQualityApart = 0;
        foreach (JsonElement face in expected)
        {
            // Two scores that are all but the same may be in another order.
            JsonElement same = found.MaxBy(other => BoxOf(other).IntersectionOverUnion(BoxOf(face)));
            if (same.ValueKind == JsonValueKind.Undefined)
                break;
            float overlap = BoxOf(same).IntersectionOverUnion(BoxOf(face));
            float apart = face.GetProperty("probabilities").EnumerateObject()
                .Max(label => Math.Abs(label.Value.GetSingle() - same.GetProperty("probabilities").GetProperty(label.Name).GetSingle()));
            float score = Math.Abs(face.GetProperty("detectorScore").GetSingle() - same.GetProperty("detectorScore").GetSingle());
            float quality = Math.Abs(face.GetProperty("quality").GetProperty("score").GetSingle() - same.GetProperty("quality")
                .GetProperty("score").GetSingle());
            (leastOverlap, mostApart, mostQualityApart) = (Math.Min(leastOverlap, overlap), Math.Max(mostApart, apart),
                Math.Max(mostQualityApart, quality));
            string name = $"{file}, face at {BoxOf(face)}";
            if (overlap <= SameBox)
                differences.Add($"{name}: boxes overlap by {overlap:F3}.");
            if (apart > SameProbability)
                differences.Add($"{name}: a probability is {apart:F3} apart.");
            if (score > SameScore)
                differences.Add($"{name}: detector scores are {score:F3} apart.");
            if (quality > SameQuality || face.EnumerateObject().Count() != same.EnumerateObject().Count())
                differences.Add($"{name}: {same.GetProperty("quality")} here, {face.GetProperty("quality")} on the server.");
            if (same.GetProperty("label").GetString() == face.GetProperty("label").GetString())
                continue;
            if (LeadOf(face) < SameProbability)
                undecided++;
            else
                differences.Add($"{name}: {same.GetProperty("label")} here, {face.GetProperty("label")} on the server.");
        }

        return new(file, found.Length, leastOverlap, mostApart, mostQualityApart, undecided, differences);
    }

    public override string ToString() => FormattableString.Invariant($"{File}: {Faces} faces, boxes overlap by {LeastOverlap:F4} at least, probabilities {MostApart:F4} apart at most, quality {MostQualityApart:F4}, {Undecided} labels differ that were undecided");

    /// <summary>How far the most probable class is ahead of the next.</summary>
    private static float LeadOf(JsonElement face)
    {
        float[] sorted = [.. face.GetProperty("probabilities").EnumerateObject().Select(label => label.Value.GetSingle())
            .OrderDescending()];
        return sorted[0] - sorted[1];
    }

    private static Box BoxOf(JsonElement face)
    {
        JsonElement box = face.GetProperty("box");
        return new Box(box.GetProperty("x").GetSingle(), box.GetProperty("y").GetSingle(), box.GetProperty("width").GetSingle(),
            box.GetProperty("height").GetSingle());
    }
}
