using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Mien;

/// <summary>
/// Metrics and traces of the library, for OpenTelemetry and `dotnet-counters`: the meter and the activity source both have the
/// name <see cref="Name"/>. Nothing leaves the process unless the program exports it.
/// </summary>
/// <remarks>
/// Counters `mien.pictures` (tag `mien.outcome`: `read` or `failed`) and `mien.faces`; histogram `mien.recognize.duration` in
/// seconds, of pictures that are read one by one; activity `mien.recognize` (tag `mien.faces`).
/// </remarks>
public static class MienTelemetry
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "Mien";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Pictures = Meter.CreateCounter<long>("mien.pictures", "{picture}", "Pictures read.");
    private static readonly Counter<long> Faces = Meter.CreateCounter<long>("mien.faces", "{face}", "Faces found in them.");
    private static readonly Histogram<double> Duration =
        Meter.CreateHistogram<double>("mien.recognize.duration", "s", "Time to find and read the faces of one picture.");

    /// <summary>Counts a picture.</summary>
    /// <param name="faces">Its faces; null where it could not be read.</param>
    internal static void Count(int? faces)
    {
        Pictures.Add(1, new KeyValuePair<string, object?>("mien.outcome", faces is null ? "failed" : "read"));
        if (faces is { } some)
            Faces.Add(some);
    }

    /// <summary>Reads a picture within an activity, timed and counted.</summary>
    internal static IReadOnlyList<Face> Read(Func<IReadOnlyList<Face>> read)
    {
        using Activity? activity = Source.StartActivity("mien.recognize");
        long begun = Stopwatch.GetTimestamp();
        try
        {
            IReadOnlyList<Face> faces = read();
            activity?.SetTag("mien.faces", faces.Count);
            Count(faces.Count);
            return faces;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.GetType().Name);
            Count(null);
            throw;
        }
        finally
        {
            Duration.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }
    }
}
