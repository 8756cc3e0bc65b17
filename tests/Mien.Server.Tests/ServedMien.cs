using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Mien.Imaging;
using Mien.TestSupport;

namespace Mien.Server.Tests;

/// <summary>A server of the default model on a free port of this machine, with the real Kestrel.</summary>
public sealed class ServedMien : IAsyncLifetime
{
    private readonly ServerOptions _options;

    /// <summary>With the defaults, for tests that share it.</summary>
    public ServedMien() : this(ServerOptions.Default)
    {
    }

    internal ServedMien(ServerOptions options) => _options = options;

    /// <summary>The drawing of seven faces that is ours.</summary>
    public static string Sample { get; } = Path.Combine(TestData.Root, "samples", "average-faces.png");

    /// <summary>What the default model calls itself.</summary>
    public static string ModelName { get; } = NameOfDefault();

    /// <summary>The app.</summary>
    public WebApplication App { get; private set; } = null!;

    /// <summary>Calls it.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>Where it is.</summary>
    public Uri Address => Client.BaseAddress!;

    internal static async Task<ServedMien> Start(ServerOptions options)
    {
        var served = new ServedMien(options);
        await served.InitializeAsync();
        return served;
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        App = MienServer.Create(_options, IPAddress.Loopback, port: 0);
        await App.StartAsync();
        Client = new HttpClient { BaseAddress = new Uri(App.Urls.First()) };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
    }

    private static string NameOfDefault()
    {
        using var classifier = ExpressionClassifier.CreateDefault();
        return classifier.Card.Name;
    }

    internal static ByteArrayContent SampleContent() => Content(File.ReadAllBytes(Sample), "image/png");

    internal static ByteArrayContent Content(byte[] bytes, string type)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return content;
    }

    /// <summary>A small gray picture: quickly read, and without a face.</summary>
    internal static byte[] Blank(int side = 32) => Picture.FromGray(Enumerable.Repeat((byte)128, side * side).ToArray(), side, side)
        .ToPng();

    internal static async Task<JsonElement> Json(HttpResponseMessage answer, HttpStatusCode status = HttpStatusCode.OK)
    {
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{(int)answer.StatusCode} {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    /// <summary>A problem's detail, checked to be one (RFC 9457).</summary>
    internal static async Task<string> Problem(HttpResponseMessage answer, int status)
    {
        JsonElement problem = await Json(answer, (HttpStatusCode)status);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        return problem.GetProperty("detail").GetString()!;
    }
}
