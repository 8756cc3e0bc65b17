using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;

namespace Mien.Load;

/// <summary>What a server did.</summary>
/// <param name="PerSecond">Pictures answered a second, all clients together.</param>
/// <param name="Milliseconds">Of every answered request, ascending.</param>
/// <param name="Refused">Answers of 429.</param>
/// <param name="Memory">Resident megabytes after each tenth of the requests.</param>
internal sealed record LoadFigures(double PerSecond, double[] Milliseconds, int Refused, double[] Memory)
{
    public override string ToString() =>
        $"answered in {Percentile(0.5):F0} ms (median), {Percentile(0.9):F0} (90 %), {Percentile(0.99):F0} (99 %), {Milliseconds[^1]:F0} at most; {Refused} times 429\n"
        + $"memory after each tenth: {string.Join(' ', Memory.Select(megabytes => $"{megabytes:F0}"))} MB";

    private double Percentile(double share) => Milliseconds[(int)Math.Min(Milliseconds.Length - 1, share * Milliseconds.Length)];
}

/// <summary>Clients that each send the next picture as soon as the last is answered; refused, they wait as they are told.</summary>
internal static class LoadRun
{
    public static async Task<LoadFigures> Measure(ServerProcess server, byte[] picture, LoadOptions options)
    {
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = options.Clients }) { BaseAddress = server.Address, Timeout = TimeSpan.FromMinutes(5) };
        for (int i = 0; i < 20; i++)
            await Send(client, picture);
        double[] milliseconds = new double[options.Requests];
        var memory = new double[10];
        (int next, int done, int refused) = (-1, 0, 0);
        long begun = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, options.Clients).Select(async _ =>
        {
            int place;
            while ((place = Interlocked.Increment(ref next)) < options.Requests)
            {
                long sent = Stopwatch.GetTimestamp();
                while (await Send(client, picture) is { } wait)
                {
                    Interlocked.Increment(ref refused);
                    await Task.Delay(wait);
                    sent = Stopwatch.GetTimestamp();
                }

                milliseconds[place] = Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
                int count = Interlocked.Increment(ref done);
                if (count % Math.Max(1, options.Requests / 10) == 0 && count * 10 / options.Requests is var tenth and >= 1 and <= 10)
                    memory[tenth - 1] = server.Megabytes();
            }
        }));
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        Array.Sort(milliseconds);
        return new LoadFigures(options.Requests / seconds, milliseconds, refused, memory);
    }

    /// <summary>Sends one; how long to wait where it was refused.</summary>
    private static async Task<TimeSpan?> Send(HttpClient client, byte[] picture)
    {
        using var content = new ByteArrayContent(picture);
        content.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
        using HttpResponseMessage answer = await client.PostAsync(new Uri("/v1/expressions", UriKind.Relative), content);
        if (answer.StatusCode == HttpStatusCode.TooManyRequests)
            return answer.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1);
        answer.EnsureSuccessStatusCode();
        await answer.Content.ReadAsByteArrayAsync();
        return null;
    }
}
