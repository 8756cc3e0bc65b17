using System.Net.WebSockets;
using Mien.Server.Safety;

namespace Mien.Server.Endpoints;

/// <summary>WS /v1/stream</summary>
internal sealed class StreamEndpoint(FaceReader reader, ServerMetrics metrics, IHostApplicationLifetime lifetime)
{
    private int _streams;

    public async Task<IResult> Handle(HttpContext http)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            http.Response.Headers.Upgrade = "websocket";
            throw new RefusedException(StatusCodes.Status426UpgradeRequired, "A WebSocket is expected", "Open ws://…/v1/stream and send "
                + "JPEG frames as binary messages.");
        }

        // Another site's page could open a socket in a visitor's name: browsers say where a page comes from.
        if (http.Request.Headers.Origin is [{ } origin]
            && (!Uri.TryCreate(origin, UriKind.Absolute, out Uri? from) || from.Authority != http.Request.Host.Value))
            throw new RefusedException(StatusCodes.Status403Forbidden, "Another site's page", "Open the stream from a page of this server, "
                + "or from a program that sends no Origin.");
        metrics.Stream(1);
        try
        {
            if (Interlocked.Increment(ref _streams) > reader.Options.MaxStreams)
                throw new RefusedException(StatusCodes.Status429TooManyRequests, "Too many cameras", $"{reader.Options.MaxStreams} are "
                    + "followed already. Come again when one has left.")
                { RetryAfter = TimeSpan.FromSeconds(10) };
            string? protocol = http.WebSockets.WebSocketRequestedProtocols.FirstOrDefault(name => name == "mien");
            using WebSocket socket = await http.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
            {
                SubProtocol = protocol,
                KeepAliveInterval = TimeSpan.FromSeconds(15),
                KeepAliveTimeout = TimeSpan.FromSeconds(30)
            });
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
            await new CameraStream(socket, reader, metrics).RunAsync(ending.Token);
        }
        finally
        {
            metrics.Stream(-1);
            Interlocked.Decrement(ref _streams);
        }

        return Results.Empty;
    }
}
