using System.Net;
using System.Net.Sockets;
using Mien.Imaging;

namespace Mien.Server.Tests;

public class SafetyTests(ServedMien served) : IClassFixture<ServedMien>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_server_listens_on_this_machine_alone_unless_told_otherwise()
    {
        await using Microsoft.AspNetCore.Builder.WebApplication app = MienServer.Create(ServerOptions.Default, address: null,
            port: FreePort());
        await app.StartAsync(Cancellation);
        Assert.All(app.Urls, url => Assert.True(new Uri(url).IsLoopback, url));
    }

    [Fact]
    public async Task A_full_queue_answers_429_with_Retry_After_and_what_was_accepted_is_read()
    {
        using var hold = new ManualResetEventSlim();
        using var begun = new SemaphoreSlim(0);
        await using ServedMien small = await ServedMien.Start(ServerOptions.Default with
        {
            QueueLimit = 1,
            MaxPictures = 1,
            Batch = ServerOptions.Default.Batch with { Workers = 1, Classified = (_, _) => { begun.Release(); hold.Wait(); } }
        });
        Task<HttpResponseMessage> accepted = Post(small);
        // Its place is taken until it is answered.
        await begun.WaitAsync(Cancellation);
        HttpResponseMessage refused = await Post(small);
        Assert.True(refused.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));
        await ServedMien.Problem(refused, 429);
        hold.Set();
        Assert.Equal(HttpStatusCode.OK, (await accepted).StatusCode);
    }

    [Fact]
    public async Task What_takes_too_long_is_given_up_with_503_and_the_server_goes_on()
    {
        using var hold = new ManualResetEventSlim();
        await using ServedMien slow = await ServedMien.Start(ServerOptions.Default with
        {
            RequestTimeout = TimeSpan.FromMilliseconds(400),
            Batch = ServerOptions.Default.Batch with { Workers = 1, Classified = (_, _) => hold.Wait() }
        });
        HttpResponseMessage answer = await Post(slow);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Contains("Send fewer", await ServedMien.Problem(answer, 503), StringComparison.Ordinal);
        hold.Set();
        Assert.Equal(HttpStatusCode.OK, (await Post(slow)).StatusCode);
    }

    [Fact]
    public async Task What_was_accepted_is_answered_when_the_server_is_told_to_end()
    {
        using var hold = new ManualResetEventSlim();
        using var begun = new SemaphoreSlim(0);
        ServedMien ending = await ServedMien.Start(ServerOptions.Default with
        {
            Batch = ServerOptions.Default.Batch with
            {
                Classified = (_,
            _) =>
                { begun.Release(); hold.Wait(); }
            }
        });
        Task<HttpResponseMessage> accepted = Post(ending);
        await begun.WaitAsync(Cancellation);
        Task stopping = ending.App.StopAsync(Cancellation);
        await Task.Delay(300, Cancellation);
        Assert.False(accepted.IsCompleted);
        Assert.False(stopping.IsCompleted);
        hold.Set();
        Assert.Equal(HttpStatusCode.OK, (await accepted).StatusCode);
        await stopping;
        await ending.DisposeAsync();
    }

    [Fact]
    public async Task Bytes_pictures_and_pixels_over_the_limits_are_refused()
    {
        await using ServedMien small = await ServedMien.Start(ServerOptions.Default with
        {
            MaxRequestBytes = 20_000,
            MaxPictures = 2,
            Recognizer = ServerOptions.Default.Recognizer with { MaxPixels = 10_000 }
        });
        Assert.Contains("0.0 MB", await ServedMien.Problem(await small.Client.PostAsync("/v1/expressions",
            ServedMien.Content(new byte[20_001], "image/png"), Cancellation), 413), StringComparison.Ordinal);

        // Without a length ahead, the limit is met on the way.
        using var chunked = new StreamContent(new MemoryStream(new byte[50_000]));
        chunked.Headers.ContentType = new("image/png");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/expressions") { Content = chunked };
        request.Headers.TransferEncodingChunked = true;
        await ServedMien.Problem(await small.Client.SendAsync(request, Cancellation), 413);

        using var form = new MultipartFormDataContent();
        for (int i = 0; i < 3; i++)
            form.Add(ServedMien.Content(ServedMien.Blank(), "image/png"), "pictures", $"{i}.png");
        Assert.Contains("At most 2 pictures", await ServedMien.Problem(await small.Client.PostAsync("/v1/expressions", form, Cancellation),
            413), StringComparison.Ordinal);
        Assert.Contains("101x101", await ServedMien.Problem(await small.Client.PostAsync("/v1/expressions",
            ServedMien.Content(ServedMien.Blank(101), "image/png"), Cancellation), 422), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await small.Client.PostAsync("/v1/expressions",
            ServedMien.Content(ServedMien.Blank(100), "image/png"), Cancellation)).StatusCode);
    }

    [Theory]
    [InlineData("X-Api-Key", "right", true)]
    [InlineData("Authorization", "Bearer right", true)]
    [InlineData("Authorization", "bearer right", true)]
    [InlineData("X-Api-Key", "wrong", false)]
    [InlineData("X-Api-Key", "righ", false)]
    [InlineData("Authorization", "Basic right", false)]
    [InlineData("X-Other", "right", false)]
    public async Task With_a_key_set_only_who_sends_it_is_answered(string header, string value, bool answered)
    {
        await using ServedMien closed = await ServedMien.Start(ServerOptions.Default with { ApiKey = "right" });
        foreach (string path in (string[])["/v1/model", "/metrics"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation(header, value);
            HttpResponseMessage answer = await closed.Client.SendAsync(request, Cancellation);
            Assert.Equal(answered ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        // The page asks for the key; who watches over the server needs none to see that it lives.
        Assert.Equal(HttpStatusCode.OK, (await closed.Client.GetAsync("/", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await closed.Client.GetAsync("/healthz", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task More_requests_a_minute_than_allowed_are_refused_with_the_time_to_wait()
    {
        await using ServedMien slow = await ServedMien.Start(ServerOptions.Default with { RequestsPerMinute = 3 });
        for (int i = 0; i < 3; i++)
            Assert.Equal(HttpStatusCode.OK, (await slow.Client.GetAsync("/v1/model", Cancellation)).StatusCode);
        HttpResponseMessage refused = await slow.Client.GetAsync("/v1/model", Cancellation);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Contains("At most 3 a minute", await ServedMien.Problem(refused, 429), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/page.js")]
    [InlineData("/browser/worker.js")]
    [InlineData("/browser/settings")]
    [InlineData("/v1/model")]
    [InlineData("/v1/stream")]
    [InlineData("/nothing")]
    [InlineData("/metrics")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/reference/")]
    public async Task Every_answer_tells_browsers_to_keep_to_this_server(string path)
    {
        HttpResponseMessage answer = await served.Client.GetAsync(path, Cancellation);
        string policy = string.Concat(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Matches("^default-src '(none|self)';", policy);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("*", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", string.Concat(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", string.Concat(answer.Headers.GetValues("Referrer-Policy")));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task A_picture_is_never_written_to_the_disk()
    {
        using var watcher = new FileSystemWatcher(Path.GetTempPath()) { EnableRaisingEvents = true };
        var made = new System.Collections.Concurrent.ConcurrentBag<string>();
        watcher.Created += (_, e) => made.Add(e.Name!);
        // Over 64 KB ASP.NET's own form reader would put it there, under this name.
        byte[] noise = new byte[600 * 600];
        new Random(1).NextBytes(noise);
        byte[] large = Picture.FromGray(noise, 600, 600).ToPng();
        Assert.True(large.Length > 1 << 16, $"{large.Length} bytes.");
        using var form = new MultipartFormDataContent { { ServedMien.Content(large, "image/png"), "pictures", "large.png" } };
        Assert.Equal(HttpStatusCode.OK, (await served.Client.PostAsync("/v1/expressions", form, Cancellation)).StatusCode);
        await Task.Delay(200, Cancellation);
        Assert.DoesNotContain(made, name => name.StartsWith("ASPNETCORE_", StringComparison.Ordinal));
    }

    private static Task<HttpResponseMessage> Post(ServedMien served) =>
        served.Client.PostAsync("/v1/expressions", ServedMien.Content(ServedMien.Blank(), "image/png"), Cancellation);

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
