using System.Diagnostics.Metrics;
using Mien.Batches;

namespace Mien.Server;

/// <summary>What is counted and timed, under the meter `Mien.Server`. Never what a face shows.</summary>
internal sealed class ServerMetrics
{
    public const string MeterName = "Mien.Server";

    private readonly Meter _meter;
    private readonly Counter<long> _pictures;
    private readonly Counter<long> _faces;
    private readonly Histogram<double> _seconds;
    private readonly Histogram<int> _batchFaces;
    private readonly UpDownCounter<int> _streams;
    private readonly Counter<long> _frames;

    public ServerMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _pictures = _meter.CreateCounter<long>("mien.pictures", "{picture}", "Pictures by what became of them.");
        _faces = _meter.CreateCounter<long>("mien.faces", "{face}", "Faces read.");
        _seconds = _meter.CreateHistogram<double>("mien.read.duration", "s", "From accepted to read, a request.");
        _batchFaces = _meter.CreateHistogram("mien.batch.faces", "{face}", "Faces that went through the network together.",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [0, 1, 2, 4, 8, 16, 32, 64] });
        _streams = _meter.CreateUpDownCounter<int>("mien.streams", "{stream}", "Cameras followed now.");
        _frames = _meter.CreateCounter<long>("mien.stream.frames", "{frame}", "Frames of cameras by what became of them.");
    }

    public void Watch(PictureQueue queue) =>
        _meter.CreateObservableGauge("mien.queue.pictures", () => queue.Held, "{picture}", "Pictures accepted and not yet read.");

    public void Batch(int pictures, int faces) => _batchFaces.Record(faces);

    public void Refused(int pictures) => Count(_pictures, "refused", pictures);

    public void Read(IReadOnlyList<Task<PictureFaces>> pictures, TimeSpan time)
    {
        foreach (Task<PictureFaces> picture in pictures)
        {
            Count(_pictures, picture.IsCompletedSuccessfully ? "read" : picture.Exception?.InnerException is MienException ? "unreadable"
                : "failed", 1);
            if (picture.IsCompletedSuccessfully)
                _faces.Add(picture.Result.Faces.Count);
        }

        _seconds.Record(time.TotalSeconds);
    }

    public void Stream(int change) => _streams.Add(change);

    public void Frame(bool read) => Count(_frames, read ? "read" : "passed_over", 1);

    private static void Count(Counter<long> counter, string outcome, int count) =>
        counter.Add(count, new KeyValuePair<string, object?>("outcome", outcome));
}
