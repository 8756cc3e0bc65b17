using System.Buffers;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Mien.Batches;
using Mien.Video;

namespace Mien.Server.Endpoints;

/// <summary>One camera: frames come in as fast as they like, the newest is read, what was found goes out.</summary>
/// <remarks>
/// A single place holds the frame that is next; a newer one takes it. Results are sent before the next frame is taken, so
/// that a client that reads slowly gets fewer results, never older ones.
/// </remarks>
internal sealed class CameraStream(WebSocket socket, FaceReader reader, ServerMetrics metrics)
{
    private readonly Channel<SentFrame> _newest = Channel.CreateBounded<SentFrame>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = true });
    private readonly FaceTracker _tracker = new(reader.Options.Tracker);
    private long _begun;
    private long _read;

    public async Task RunAsync(CancellationToken ending)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ending);
        Task answering = Answer(over.Token);
        (WebSocketCloseStatus status, string reason) = (WebSocketCloseStatus.NormalClosure, "");
        try
        {
            Task<(WebSocketCloseStatus, string)> receiving = Receive(over.Token);
            if (await Task.WhenAny(receiving, answering) == receiving)
                (status, reason) = await receiving;
            else
                await answering;
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            (status, reason) = (WebSocketCloseStatus.EndpointUnavailable, "the server ends");
        }
        catch (WebSocketException)
        {
            // The camera is gone.
        }
        finally
        {
            _newest.Writer.TryComplete();
            await over.CancelAsync();
            await answering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Close(status, reason);
    }

    private async Task<(WebSocketCloseStatus Status, string Reason)> Receive(CancellationToken cancellation)
    {
        byte[] buffer = new byte[1 << 16];
        long number = 0;
        while (true)
        {
            using var message = new MemoryStream();
            ValueWebSocketReceiveResult part;
            using var idle = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            idle.CancelAfter(reader.Options.StreamIdle);
            do
            {
                try
                {
                    part = await socket.ReceiveAsync(buffer.AsMemory(), idle.Token);
                }
                catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
                {
                    return (WebSocketCloseStatus.PolicyViolation, $"no frame for {reader.Options.StreamIdle.TotalSeconds:F0} seconds");
                }

                if (part.MessageType == WebSocketMessageType.Close)
                    return (WebSocketCloseStatus.NormalClosure, "");
                if (part.MessageType != WebSocketMessageType.Binary)
                    return (WebSocketCloseStatus.InvalidMessageType, "frames are binary messages: JPEG, PNG or WebP");
                if (message.Length + part.Count > reader.Options.MaxFrameBytes)
                    return (WebSocketCloseStatus.MessageTooBig, $"a frame is at most {reader.Options.MaxFrameBytes} bytes");
                message.Write(buffer, 0, part.Count);
            }
            while (!part.EndOfMessage);

            long now = Stopwatch.GetTimestamp();
            _begun = _begun == 0 ? now : _begun;
            _newest.Writer.TryWrite(new SentFrame(number++, Stopwatch.GetElapsedTime(_begun, now), message.ToArray()));
        }
    }

    private async Task Answer(CancellationToken cancellation)
    {
        await foreach (SentFrame frame in _newest.Reader.ReadAllAsync(cancellation))
        {
            Task<PictureFaces>? reading;
            // A full queue is no reason to hang up: this frame waits, unless a newer one comes.
            while ((reading = reader.TryReadFrame(frame.Bytes, cancellation)) is null && _newest.Reader.Count == 0)
                await Task.Delay(20, cancellation);
            if (reading is null)
            {
                metrics.Frame(read: false);
                continue;
            }

            (PictureFaces? found, string? error) = await Read(reading, cancellation);
            long passedOver = frame.Number - _read++;
            metrics.Frame(read: true);
            await socket.SendAsync(Json(frame, passedOver, found, error), WebSocketMessageType.Text, endOfMessage: true, cancellation);
        }
    }

    /// <summary>A damaged frame is told of; the next one may be whole.</summary>
    private static async Task<(PictureFaces? Found, string? Error)> Read(Task<PictureFaces> reading, CancellationToken cancellation)
    {
        try
        {
            return (await reading.WaitAsync(cancellation), null);
        }
        catch (MienException e)
        {
            return (null, e.Message);
        }
    }

    private ReadOnlyMemory<byte> Json(SentFrame frame, long passedOver, PictureFaces? found, string? error)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, ExpressionsEndpoint.Writing);
        json.WriteStartObject();
        json.WriteNumber("frame", frame.Number);
        json.WriteNumber("time", Math.Round(frame.Time.TotalSeconds, 3));
        json.WriteNumber("passedOver", passedOver);
        if (found is null)
        {
            json.WriteString("error", error);
        }
        else
        {
            json.WriteNumber("width", found.Width);
            json.WriteNumber("height", found.Height);
            json.WriteStartArray("faces");
            foreach (TrackedFace face in _tracker.Update(found.Faces, frame.Time))
            {
                json.WriteStartObject();
                json.WriteNumber("track", face.Track);
                FaceJson.WriteFace(json, face.Face);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private async Task Close(WebSocketCloseStatus status, string reason)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
            return;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await socket.CloseOutputAsync(status, reason, patience.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // It did not wait for the farewell.
        }
    }

    private sealed record SentFrame(long Number, TimeSpan Time, byte[] Bytes);
}
