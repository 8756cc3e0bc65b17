using System.Diagnostics;
using Mien.Detection;
using Mien.Training.Datasets;

namespace Mien.Benchmarks;

/// <summary>Mien and the peer side by side on one core: they take turns, so that what else the machine does falls on both.</summary>
internal static class PeerComparison
{
    private const int Rounds = 3;
    private const int Faces = 256;

    // The peer's detector shrinks every picture to 416 pixels: five of six photos' faces are found when they are padded
    // until the face has this share of the longer side, two of five at 0.08.
    private const float PeersSmallestFace = 0.1f;

    public static int Run(string photosFolder, string data, string? model)
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
            Process.GetCurrentProcess().ProcessorAffinity = 1;
        using var peer = new Peer();
        string[] photos = [.. Directory.EnumerateFiles(photosFolder)
            .Where(file => Path.GetExtension(file).ToLowerInvariant() is ".jpg" or ".jpeg" or ".png" or ".bmp" or ".gif" or ".webp")
                .Order()];
        // A picture that the peer can't read is nobody's.
        string[] failed = peer.Photos(photos).Failed;
        photos = [.. photos.Where(photo => !failed.Contains(Path.GetFileName(photo)))];

        FaceTable table = DatasetReader.Load(data).Table.Select(Split.PublicTest);
        byte[] faces = table.Pixels[..(Math.Min(Faces, table.Count) * table.Size * table.Size)];
        int count = faces.Length / (table.Size * table.Size);
        string crops = Path.GetTempFileName();
        File.WriteAllBytes(crops, faces);

        using ExpressionRecognizer whole = Open(model, new DetectorOptions { MinFaceShare = PeersSmallestFace });
        using ExpressionRecognizer fine = Open(model, DetectorOptions.Default);
        using var session = new Microsoft.ML.OnnxRuntime.SessionOptions { IntraOpNumThreads = 1 };
        using ExpressionClassifier classifier = model is null ? ExpressionClassifier.CreateDefault(session)
            : ExpressionClassifier.Create(model, session);
        Row[] rows =
        [
            new($"photos, faces of {PeersSmallestFace:P0} of the longer side and more", photos.Length),
            new($"photos, faces of {DetectorOptions.Default.MinFacePixels} pixels and more", photos.Length),
            new("faces of FER2013", count),
        ];
        // The first round only warms both up.
        for (int round = 0; round <= Rounds; round++)
        {
            Elapsed ours = Read(whole, photos);
            Elapsed theirs = peer.Photos(photos).Time;
            Elapsed finer = Read(fine, photos);
            Elapsed classified = Time(() => classifier.Classify(faces, count));
            Elapsed theirFaces = peer.Faces(crops);
            if (round == 0)
                continue;
            rows[0].Times.Add((ours, theirs));
            rows[1].Times.Add((finer, theirs));
            rows[2].Times.Add((classified, theirFaces));
        }

        File.Delete(crops);
        Console.WriteLine($"Mien ({classifier.Card.Name}) against {peer.Name}; one core; medians of {Rounds} rounds in turns");
        Console.WriteLine($"{photos.Length} photos{(failed.Length > 0 ? $", without {string.Join(", ", failed)}, which the peer can't read" : "")}; faces found: "
            + $"{Count(whole, photos)} and {Count(fine, photos)}, by the peer {peer.Photos(photos).Faces}");
        Console.WriteLine();
        Console.WriteLine("| what | Mien, per processor second | peer, per processor second | ratio (of the rounds) | ratio by the clock "
            + "(of the rounds) |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (Row row in rows)
        {
            Console.WriteLine($"| {row.What} | {row.Pieces / Median(row.Times.Select(time => time.Ours.Processor)):F1} "
                + $"| {row.Pieces / Median(row.Times.Select(time => time.Theirs.Processor)):F1} "
                + $"| {Ratios(row.Times.Select(time => time.Theirs.Processor / time.Ours.Processor))} | "
                    + $"{Ratios(row.Times.Select(time => time.Theirs.Wall / time.Ours.Wall))} |");
        }

        return 0;
    }

    private static ExpressionRecognizer Open(string? model, DetectorOptions detector)
    {
        var options = RecognizerOptions.Default with { Threads = 1, Detector = detector };
        return model is null ? ExpressionRecognizer.CreateDefault(options) : ExpressionRecognizer.Create(model, options);
    }

    private static string Ratios(IEnumerable<double> ratios)
    {
        double[] ordered = [.. ratios.Order()];
        return $"**{Median(ordered):F1}** ({ordered[0]:F1}-{ordered[^1]:F1})";
    }

    private static Elapsed Read(ExpressionRecognizer recognizer, string[] photos) => Time(() => Count(recognizer, photos));

    private static int Count(ExpressionRecognizer recognizer, string[] photos) => photos.Sum(photo => recognizer.Recognize(photo).Count);

    private static Elapsed Time(Action action)
    {
        using var process = Process.GetCurrentProcess();
        TimeSpan processor = process.TotalProcessorTime;
        long begun = Stopwatch.GetTimestamp();
        action();
        process.Refresh();
        return new Elapsed(Stopwatch.GetElapsedTime(begun).TotalSeconds, (process.TotalProcessorTime - processor).TotalSeconds);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] ordered = [.. values.Order()];
        return ordered[ordered.Length / 2];
    }

    /// <summary>A line of the table.</summary>
    /// <param name="What">What is counted.</param>
    /// <param name="Pieces">How many a round.</param>
    private sealed record Row(string What, double Pieces)
    {
        public List<(Elapsed Ours, Elapsed Theirs)> Times { get; } = [];
    }
}
