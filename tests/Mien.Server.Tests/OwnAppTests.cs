using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mien.Server.Tests;

/// <summary>AddMien and MapMien in an app of somebody's own.</summary>
public class OwnAppTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Under_a_prefix_everything_works_beside_the_app_s_own_endpoints()
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddMien(ServerOptions.Default with { MaxPictures = 3 });
        await using WebApplication app = builder.Build();
        app.MapGet("/own", () => "mine");
        app.MapMien("/faces");
        app.MapHealthChecks("/ready");
        await app.StartAsync(Cancellation);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        Assert.Equal("mine", await client.GetStringAsync("/own", Cancellation));
        Assert.Equal("Healthy", await client.GetStringAsync("/ready", Cancellation));
        HttpResponseMessage own = await client.GetAsync("/own", Cancellation);
        Assert.False(own.Headers.Contains("Content-Security-Policy"));
        Assert.Equal(7, (await ServedMien.Json(await client.PostAsync("/faces/v1/expressions", ServedMien.SampleContent(), Cancellation)))
            .GetProperty("pictures")[0].GetProperty("faces").GetArrayLength());
        Assert.Equal(3, (await ServedMien.Json(await client.GetAsync("/faces/v1/model", Cancellation))).GetProperty("limits")
            .GetProperty("pictures").GetInt32());
        await ServedMien.Problem(await client.PostAsync("/faces/v1/expressions", ServedMien.Content([1], "image/png"), Cancellation), 422);

        // The page's own addresses are relative: it must be asked for with a slash.
        HttpResponseMessage page = await client.GetAsync("/faces", Cancellation);
        Assert.EndsWith("/faces/", page.RequestMessage!.RequestUri!.AbsoluteUri, StringComparison.Ordinal);
        Assert.Contains("page.js", await page.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        using var socket = new System.Net.WebSockets.ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(client.BaseAddress!) { Scheme = "ws", Path = "/faces/v1/stream" }.Uri, Cancellation);
        Assert.Equal(System.Net.WebSockets.WebSocketState.Open, socket.State);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/", Cancellation)).StatusCode);
    }

    [Fact]
    public void A_limit_that_is_none_is_named()
    {
        ArgumentOutOfRangeException e = Assert.Throws<ArgumentOutOfRangeException>(() => new ServiceCollection()
            .AddMien(ServerOptions.Default with { QueueLimit = 0 }));
        Assert.Equal("QueueLimit", e.ParamName);
    }
}
