using Mien.Detection;
using Mien.Server.Answers;
using Mien.Server.Endpoints;
using Mien.Video;

namespace Mien.Server;

/// <summary>What a browser needs to read pictures itself as this server would: the networks, and how pictures are read.</summary>
internal sealed class BrowserMode(FaceReader reader)
{
    private readonly Lazy<(Imaging.InputSpec Input, TaggedFile File)[]> _models = new(
        () => [.. reader.Recognizer.ReadModels().Select(model => (model.Input, TaggedFile.Of(model.Onnx)))]);

    /// <summary>How many .onnx files there are, whose probabilities are averaged.</summary>
    public int ModelCount => _models.Value.Length;

    /// <summary>One of them.</summary>
    public TaggedFile Model(int place) => _models.Value[place].File;

    /// <summary>Reads the models' files.</summary>
    public void Load() => _ = _models.Value;

    /// <summary>How this server reads pictures, for the page's own modules.</summary>
    public BrowserSettings Settings()
    {
        RecognizerOptions options = reader.Recognizer.Options;
        ModelCard card = reader.Recognizer.Model;
        return new BrowserSettings
        {
            Unavailable = options.FaceMode == FaceMode.Cropped ? "This server takes each picture as one face. The page can’t do that by "
                + "itself." : null,
            Labels = card.Labels,
            InputSize = card.Input.Size,
            Models = [.. _models.Value.Select(model => new NormalizationSettings(model.Input.Mean, model.Input.Deviation,
                model.Input.Levels == Imaging.InputLevels.Face))],
            ClassShares = options.Prior == ClassPrior.Balanced ? Priors.SharesOf(card) : null,
            Flip = options.Flip,
            MinConfidence = options.MinConfidence,
            MaxPixels = Math.Min(options.MaxPixels, reader.Options.Recognizer.MaxPixels),
            Detector = Of(options.Detector),
            LiveDetector = Of(reader.LiveDetector),
            Tracker = Of(reader.Options.Tracker, options.MinConfidence),
        };
    }

    private static DetectorSettings Of(DetectorOptions options) =>
        new(options.MinScore, options.MinFacePixels, options.MinFaceShare, options.MaxFaces, options.AnyRotation);

    private static TrackerSettings Of(TrackerOptions options, float minConfidence) =>
        new(options.Smoothing.TotalSeconds, options.MaxGap.TotalSeconds, options.CertainScore, minConfidence);
}
