using System.Diagnostics;
using System.Globalization;
using Mien.TestSupport;
using Mien.Training.Datasets;

namespace Mien.EndToEnd;

public class ReadingSpeedTests(ITestOutputHelper output)
{
    private const double Limit = 0.6;
    private const double ProcessorLimit = 0.95;
    private const int Pairs = 7;

    [Fact]
    public void Reading_the_zip_into_pixels_takes_at_most_six_tenths_of_unzipping_it()
    {
        string zip = TestData.Fer2013Zip;
        Assert.SkipUnless(File.Exists("/usr/bin/unzip"), "unzip is not installed.");
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processor time is read from /proc.");
#if DEBUG
        Assert.Skip("Speed is measured in Release.");
#endif
        DatasetReader.Load(zip);
        var pairs = new List<(Cost Ours, Cost Unzip)>();
        for (int i = 0; i < Pairs; i++)
        {
            pairs.Add((Measure(() => Assert.Equal(35887, DatasetReader.Load(zip).Table.Count)), Measure(() => Unzip(zip))));
            output.WriteLine($"{pairs[i].Ours} against {pairs[i].Unzip}");
        }

        // The reader spreads over two cores, unzip needs one: where other work takes cores away (the other test projects
        // run beside this one), the clock compares something else, and the processor time of both is judged in its place.
        List<double> clock = [.. pairs.Where(pair => pair.Ours.Undisturbed && pair.Unzip.Undisturbed)
            .Select(pair => pair.Ours.Seconds / pair.Unzip.Seconds)];
        double processor = Median(pairs.Select(pair => pair.Ours.Processor / pair.Unzip.Processor));
        output.WriteLine(clock.Count == 0 ? $"never undisturbed; processor time {processor:F2}" : $"median of {clock.Count} undisturbed "
            + $"{Median(clock):F2}; processor time {processor:F2}");
        Assert.True(processor <= ProcessorLimit, $"The reader takes {processor:F2} of unzip's processor time.");
        Assert.True(clock.Count == 0 || Median(clock) <= Limit, $"The reader takes {Median(clock):F2} of unzip's time.");
    }

    [Fact]
    public void Inspecting_the_zip_stays_under_500_megabytes()
    {
        (_, _, long peak) = MienProcess.RunMeasured("dataset", "inspect", TestData.Fer2013Zip);
        output.WriteLine($"{peak / 1e6:F0} MB");
        Assert.InRange(peak, 1, 500_000_000);
    }

    private static void Unzip(string zip)
    {
        using Process process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exec unzip -p '{zip}' > /dev/null"]))!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[sorted.Length / 2];
    }

    private static Cost Measure(Action action)
    {
        double busy = Machine();
        double own = Own();
        long begun = Stopwatch.GetTimestamp();
        action();
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        own = Own() - own;
        return new Cost(seconds, own, Math.Max(0, Machine() - busy - own));
    }

    /// <summary>Processor seconds of this process and of its children that have ended.</summary>
    private static double Own()
    {
        string stat = File.ReadAllText("/proc/self/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[11..15].Sum(Seconds);
    }

    /// <summary>Processor seconds of the whole machine, without idling and waiting for disks.</summary>
    private static double Machine()
    {
        string[] all = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return all[1..4].Sum(Seconds);
    }

    private static double Seconds(string ticks) => long.Parse(ticks, CultureInfo.InvariantCulture) / 100.0;

    private sealed record Cost(double Seconds, double Processor, double Others)
    {
        public bool Undisturbed => Others < 0.1 * Seconds;

        public override string ToString() => $"{Seconds:F2} s ({Processor:F2} of the processor, {Others:F2} by others)";
    }
}
