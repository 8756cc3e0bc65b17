using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Mien.Imaging;
using Mien.Server.Safety;
using SkiaSharp;

namespace Mien.Server.Tests;

/// <summary>Bodies of every wrong kind: each gets an answer that says so, and the server goes on.</summary>
/// <remarks>MIEN_FUZZ=100000 sends so many instead of 10,000, MIEN_FUZZ_SEED=7 others.</remarks>
public class FuzzTests(ITestOutputHelper output)
{
    private static readonly int Count = Number("MIEN_FUZZ", 10_000);
    private static readonly int Seed = Number("MIEN_FUZZ_SEED", 1);

    // What an answer must never tell of the machine.
    private static readonly string[] Leaks = ["/work", "/home", "/root", "/tmp", "   at ", ".cs:", "System.", "Exception",
        TestSupport.TestData.Root];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_thousand_malformed_bodies_are_answered_and_the_server_goes_on()
    {
        await using ServedMien served = await ServedMien.Start(ServerOptions.Default with
        {
            MaxRequestBytes = 200_000,
            Recognizer = ServerOptions.Default.Recognizer with { MaxPixels = 100_000 }
        });
        byte[][] whole = [.. Whole()];
        var statuses = new System.Collections.Concurrent.ConcurrentDictionary<int, int>();
        await Parallel.ForAsync(0, Count, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancellation },
            async (i, cancellationToken) =>
        {
            var random = new Random(Seed * 1_000_003 + i);
            using HttpContent body = Malformed(whole[i % whole.Length], random);
            string path = random.Next(8) == 0 ? "/v1/explanations" : random.Next(8) == 0 ? "/v1/expressions?annotate=" + random.Next(3)
                : "/v1/expressions";
            HttpResponseMessage answer = await served.Client.PostAsync(path, body, cancellationToken);
            string text = await answer.Content.ReadAsStringAsync(cancellationToken);
            Assert.True((int)answer.StatusCode is 200 or 400 or 413 or 415 or 422 or 429, $"{i}: {(int)answer.StatusCode} {text}");
            if (!answer.IsSuccessStatusCode)
            {
                Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
                Assert.All(Leaks, leak => Assert.DoesNotContain(leak, text, StringComparison.Ordinal));
            }

            statuses.AddOrUpdate((int)answer.StatusCode, 1, (_, count) => count + 1);
        });
        output.WriteLine(string.Join(", ", statuses.OrderBy(status => status.Key).Select(status => $"{status.Value} x {status.Key}")));
        Assert.True(statuses.GetValueOrDefault(200) < Count / 4, "The bodies are not malformed enough.");

        int faces = (await ServedMien.Json(await served.Client.PostAsync("/v1/expressions", ServedMien.Content(Small(), "image/jpeg"),
            Cancellation))).GetProperty("pictures")[0].GetProperty("faces").GetArrayLength();
        Assert.Equal(7, faces);
        Assert.Equal(0, served.App.Services.GetRequiredService<FaceReader>().Held);
        Assert.Equal(0, served.App.Services.GetRequiredService<BytesInFlight>().Held);
    }

    [Fact]
    public async Task Broken_HTTP_ends_its_own_connection_alone()
    {
        await using ServedMien served = await ServedMien.Start(ServerOptions.Default);
        string[] requests =
        [
            "GARBAGE\r\n\r\n", "POST /v1/expressions HTTP/1.1\r\n\r\n", "POST /v1/expressions HTTP/1.1\r\nHost: a\r\nContent-Length: "
                + "-1\r\n\r\n",
            "POST /v1/expressions HTTP/1.1\r\nHost: a\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc",
            "POST /v1/expressions HTTP/1.1\r\nHost: a\r\nContent-Type: image/png\r\nContent-Length: 10\r\n\r\nabc",
            "GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: "
                + "a\r\nConnection: close\r\n\r\n",
            "GET /v1/stream HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
                + "13\r\nSec-WebSocket-Key: nonsense\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: " + new string('x', 100_000) + "\r\n\r\n",
        ];
        foreach (string request in requests)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, served.Address.Port, Cancellation);
            NetworkStream stream = client.GetStream();
            try
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Cancellation);
                client.Client.Shutdown(SocketShutdown.Send);
                using var reader = new StreamReader(stream);
                string answer = await reader.ReadToEndAsync(Cancellation);
                Assert.DoesNotContain(" 500 ", answer, StringComparison.Ordinal);
                Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
                Assert.DoesNotContain("HTTP/1.1 2", answer, StringComparison.Ordinal);
            }
            catch (IOException)
            {
                // It hung up before all was said.
            }
        }

        Assert.Equal("Healthy", await served.Client.GetStringAsync("/readyz", Cancellation));
    }

    private static HttpContent Malformed(byte[] picture, Random random)
    {
        byte[] damaged = Damage(picture, random);
        switch (random.Next(6))
        {
            case 0:
                return Typed(damaged, Pick(random, "image/png", "image/jpeg", "image/webp", "application/octet-stream", "image/../x",
                    "image/"));
            case 1:
                return Typed(damaged, Pick(random, "text/html", "application/json", "multipart/form-data; boundary=",
                    "multipart/form-data; boundary=\"\"", "application/xml", "a", ";;;", "multipart/mixed; boundary=x"));
            case 2:
                string json = $"{{\"pictures\":[{{\"name\":\"{random.Next()}\",\"data\":\"{Convert.ToBase64String(damaged)}\"}}]}}";
                return Typed(Damage(Encoding.UTF8.GetBytes(json), random), "application/json");
            case 3:
                return Typed(Encoding.UTF8.GetBytes(Pick(random, "", "[]", "1", "\"a\"", "{}", "{\"pictures\":1}", "{\"pictures\":{}}",
                    "{\"pictures\":[1]}", "{\"pictures\":[{}]}", "{\"pictures\":[{\"data\":null}]}", "{\"pictures\":[{\"data\":\"\"}]}",
                    new string('[', 5000), "{\"pictures\":[" + string.Join(',', Enumerable.Repeat("{\"data\":\"AAAA\"}", 40)) + "]}",
                    "\uFEFF{}")), "application/json");
            case 4:
                string head = Pick(random, "Content-Disposition: form-data; name=\"p\"; filename=\"/etc/passwd\"", "Content-Disposition: "
                    + "form-data; name=\"p\"; filename=\"a\u0000b\"", "Content-Disposition: attachment", "Content-Type: image/png",
                    "Content-Disposition: form-data; filename*=UTF-8''%FF%FE", "X: " + new string('y', 10_000), "nonsense", "");
                return Typed([.. Encoding.UTF8.GetBytes($"--b\r\n{head}\r\n\r\n"), .. damaged,
                    .. Encoding.ASCII.GetBytes(Pick(random, "\r\n--b--\r\n", "\r\n--b", "", "\r\n--b\r\n\r\n\r\n--b--"))],
                    "multipart/form-data; boundary=b");
            default:
                var form = new MultipartFormDataContent();
                for (int i = random.Next(1, 20); i > 0; i--)
                    form.Add(Typed(Damage(picture, random), "image/png"), "pictures", $"{i}.png");
                return form;
        }
    }

    private static ByteArrayContent Typed(byte[] bytes, string type)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    private static byte[] Damage(byte[] whole, Random random)
    {
        byte[] bytes = [.. whole];
        switch (random.Next(4))
        {
            case 0:
                return bytes[..random.Next(bytes.Length)];
            case 1:
                random.NextBytes(bytes.AsSpan(random.Next(bytes.Length / 2)));
                return bytes;
            case 2:
                for (int i = random.Next(1, 30); i > 0; i--)
                    bytes[random.Next(Math.Min(bytes.Length, 200))] = (byte)random.Next(256);
                return bytes;
            default:
                return [.. bytes[random.Next(bytes.Length)..], .. bytes];
        }
    }

    private static IEnumerable<byte[]> Whole()
    {
        var noise = new byte[48 * 48];
        new Random(1).NextBytes(noise);
        using SKBitmap bitmap = SKBitmap.Decode(Picture.FromGray(noise, 48, 48).ToPng());
        foreach (SKEncodedImageFormat format in (SKEncodedImageFormat[])[SKEncodedImageFormat.Png, SKEncodedImageFormat.Jpeg,
            SKEncodedImageFormat.Webp])
        {
            using SKData data = bitmap.Encode(format, 80);
            yield return data.ToArray();
        }
    }

    /// <summary>The sample at a size that the limits allow.</summary>
    private static byte[] Small()
    {
        using var sample = SKBitmap.Decode(ServedMien.Sample);
        using SKBitmap small = sample.Resize(new SKImageInfo(400, 400 * sample.Height / sample.Width),
            new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using SKData data = small.Encode(SKEncodedImageFormat.Jpeg, 90);
        return data.ToArray();
    }

    private static string Pick(Random random, params string[] choices) => choices[random.Next(choices.Length)];

    private static int Number(string variable, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(variable), out int number)
        ? number : otherwise;
}
