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
    // How long a camera may take to hear that it is let go.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Channel<SentFrame> _newest = Channel.CreateBounded<SentFrame>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = true });
    private readonly FaceTracker _tracker = new(reader.Options.Tracker);
    private long _begun;
    private long _heard;
    private long _read;

    /// <summary>Follows the camera until it leaves, does what it must not, falls silent, or the server ends.</summary>
    public async Task RunAsync(CancellationToken ending)
    {
        // To cancel a socket's reading or writing is to hang up: that comes last, after a farewell.
        using var hangUp = new CancellationTokenSource();
        _heard = Stopwatch.GetTimestamp();
        Task<Farewell> receiving = Receive(hangUp.Token);
        Task answering = Answer(hangUp.Token);
        var farewell = new Farewell(WebSocketCloseStatus.NormalClosure, "");
        try
        {
            Task first = await Task.WhenAny(receiving, answering, Watch(ending, hangUp.Token));
            if (first is Task<Farewell> told)
                farewell = await told;
            else
                await answering;
        }
        catch (WebSocketException)
        {
            // The camera is gone.
        }
        finally
        {
            _newest.Writer.TryComplete();
            hangUp.CancelAfter(Patience);
            await answering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Close(farewell, receiving, hangUp.Token);
            await hangUp.CancelAsync();
        }
    }

    /// <summary>Ends when the server does, or when nothing was heard for too long.</summary>
    private async Task<Farewell> Watch(CancellationToken ending, CancellationToken hangUp)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ending, hangUp);
        TimeSpan left;
        while ((left = reader.Options.StreamIdle - Stopwatch.GetElapsedTime(Interlocked.Read(ref _heard))) > TimeSpan.Zero)
        {
            await Task.Delay(left + TimeSpan.FromMilliseconds(10), over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (over.IsCancellationRequested)
                return new Farewell(WebSocketCloseStatus.EndpointUnavailable, "The server ends.");
        }

        return new Farewell(WebSocketCloseStatus.PolicyViolation, $"No frame came for {reader.Options.StreamIdle.TotalSeconds:F0} "
            + "seconds.");
    }

    private async Task<Farewell> Receive(CancellationToken hangUp)
    {
        byte[] buffer = new byte[1 << 16];
        for (long number = 0; ; number++)
        {
            using var message = new MemoryStream();
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(), hangUp);
                Interlocked.Exchange(ref _heard, Stopwatch.GetTimestamp());
                if (part.MessageType == WebSocketMessageType.Close)
                    return new Farewell(WebSocketCloseStatus.NormalClosure, "");
                if (part.MessageType != WebSocketMessageType.Binary)
                    return new Farewell(WebSocketCloseStatus.InvalidMessageType, "Frames are binary messages: JPEG, PNG or WebP.");
                if (message.Length + part.Count > reader.Options.MaxFrameBytes)
                    return new Farewell(WebSocketCloseStatus.MessageTooBig, $"A frame is at most {reader.Options.MaxFrameBytes} bytes.");
                message.Write(buffer, 0, part.Count);
            }
            while (!part.EndOfMessage);

            long now = Stopwatch.GetTimestamp();
            _begun = _begun == 0 ? now : _begun;
            _newest.Writer.TryWrite(new SentFrame(number, Stopwatch.GetElapsedTime(_begun, now), message.ToArray()));
        }
    }

    private async Task Answer(CancellationToken cancellationToken)
    {
        await foreach (SentFrame frame in _newest.Reader.ReadAllAsync(cancellationToken))
        {
            Task<PictureFaces>? reading;
            // A full queue is no reason to hang up: this frame waits, unless a newer one comes.
            while ((reading = reader.TryReadFrame(frame.Bytes, cancellationToken)) is null && _newest.Reader.Count == 0)
                await Task.Delay(20, cancellationToken);
            if (reading is null)
            {
                metrics.Frame(read: false);
                continue;
            }

            (PictureFaces? found, string? error) = await Read(reading, cancellationToken);
            long passedOver = frame.Number - _read++;
            metrics.Frame(read: true);
            await socket.SendAsync(Json(frame, passedOver, found, error), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        }
    }

    /// <summary>A damaged frame is told of; the next one may be whole.</summary>
    private static async Task<(PictureFaces? Found, string? Error)> Read(Task<PictureFaces> reading, CancellationToken cancellationToken)
    {
        try
        {
            return (await reading.WaitAsync(cancellationToken), null);
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

    /// <summary>Says why, and reads on until the camera has heard it: unread frames would make the network drop the farewell.</summary>
    private async Task Close(Farewell farewell, Task receiving, CancellationToken hangUp)
    {
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(farewell.Status, farewell.Reason, hangUp);
            await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            byte[] rest = new byte[1 << 16];
            while (socket.State == WebSocketState.CloseSent)
                await socket.ReceiveAsync(rest.AsMemory(), hangUp);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // It did not wait for the farewell.
        }
    }

    private readonly record struct Farewell(WebSocketCloseStatus Status, string Reason);

    private sealed record SentFrame(long Number, TimeSpan Time, byte[] Bytes);
}
