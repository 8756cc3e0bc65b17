using Mien.Server.Answers;

namespace Mien.Server.Endpoints;

/// <summary>GET /v1/model</summary>
internal static class ModelEndpoint
{
    private const string RecallKey = ".recall.";

    public static IResult Handle(FaceReader reader)
    {
        ModelCard card = reader.Recognizer.Model;
        ServerOptions options = reader.Options;
        return Results.Json(
            new ModelAnswer
            {
                Name = card.Name,
                Meaning = card.Meaning,
                Version = card.Version,
                Architecture = card.Architecture,
                Created = card.Created,
                InputSize = card.Input.Size,
                DataSha256 = card.DataSha256,
                Classes = [.. card.Labels.Select((label, place) =>
                    new ClassAnswer(label, Palette.Of(label, place), RecallOf(card, label)))],
                Metrics = card.Metrics,
                Notes = card.Notes,
                Limits = new LimitsAnswer(options.MaxRequestBytes, options.MaxPictures, options.Recognizer.MaxPixels,
                    options.MaxFrameBytes),
            },
            ServerJson.Default.ModelAnswer);
    }

    /// <summary>`PrivateTest.recall.happy` among the model's figures, by split.</summary>
    private static SortedDictionary<string, double> RecallOf(ModelCard card, string label) => new(card.Metrics
        .Select(metric => (Parts: metric.Key.Split(RecallKey, 2), metric.Value))
        .Where(metric => metric.Parts is [_, var of] && of == label)
        .ToDictionary(metric => metric.Parts[0], metric => metric.Value));
}
