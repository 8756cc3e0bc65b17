using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mien.Imaging;
using Mien.Server.Answers;
using SkiaSharp;

namespace Mien.Server.Tests;

public class StreamTests(ServedMien served) : IClassFixture<ServedMien>
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Faces_keep_their_numbers_while_they_move_and_their_probabilities_follow_smoothly()
    {
        using ClientWebSocket socket = await Connect(served);
        var boxes = new List<Dictionary<int, float>>();
        for (int frame = 0; frame < 6; frame++)
        {
            await socket.SendAsync(Shifted(frame * 6), WebSocketMessageType.Binary, true, Cancellation);
            StreamAnswer answer = await Receive(socket);
            Assert.Equal(frame, answer.Frame);
            Assert.Equal(0, answer.PassedOver);
            boxes.Add(answer.Faces!.ToDictionary(face => face.Track, face => face.Box.X));
            Assert.All(answer.Faces!, face => Assert.Equal(1, face.Probabilities.Values.Sum(), 1e-4f));
        }

        Assert.Equal(7, boxes[^1].Count);
        Assert.Equal(boxes[1].Keys.Order(), boxes[^1].Keys.Order());
        Assert.All(boxes[1].Keys, track => Assert.Equal(24, boxes[^1][track] - boxes[1][track], 6f));
    }

    [Fact]
    public async Task A_flood_of_frames_is_answered_with_the_newest_and_never_queued()
    {
        using ClientWebSocket socket = await Connect(served);
        const int Frames = 60;
        byte[] frame = Shifted(0);
        for (int i = 0; i < Frames; i++)
            await socket.SendAsync(frame, WebSocketMessageType.Binary, true, Cancellation);
        var answers = new List<StreamAnswer>();
        do
            answers.Add(await Receive(socket));
        while (answers[^1].Frame < Frames - 1);
        Assert.Equal(answers.Select(answer => answer.Frame).Order(), answers.Select(answer => answer.Frame));
        Assert.True(answers.Count < Frames, $"{answers.Count} of {Frames} frames were read.");
        Assert.Equal(Frames - answers.Count, answers[^1].PassedOver);
    }

    [Fact]
    public async Task A_damaged_frame_is_told_of_and_the_next_one_read()
    {
        using ClientWebSocket socket = await Connect(served);
        await socket.SendAsync(new byte[] { 1, 2, 3 }, WebSocketMessageType.Binary, true, Cancellation);
        Assert.Contains("not a picture", (await Receive(socket)).Error, StringComparison.Ordinal);
        await socket.SendAsync(Shifted(0), WebSocketMessageType.Binary, true, Cancellation);
        Assert.NotEmpty((await Receive(socket)).Faces!);
    }

    [Fact]
    public async Task Text_and_frames_that_are_too_large_end_the_stream_with_a_reason()
    {
        using ClientWebSocket text = await Connect(served);
        await text.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, Cancellation);
        await End(text);
        Assert.Equal(WebSocketCloseStatus.InvalidMessageType, text.CloseStatus);

        await using ServedMien small = await ServedMien.Start(ServerOptions.Default with { MaxFrameBytes = 1000 });
        using ClientWebSocket large = await Connect(small);
        await large.SendAsync(new byte[1001], WebSocketMessageType.Binary, true, Cancellation);
        await End(large);
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, large.CloseStatus);
    }

    [Fact]
    public async Task A_camera_that_sends_nothing_is_let_go_and_makes_room()
    {
        await using ServedMien one = await ServedMien.Start(ServerOptions.Default with
        {
            MaxStreams = 1,
            StreamIdle = TimeSpan.FromMilliseconds(300)
        });
        using ClientWebSocket idle = await Connect(one);
        WebSocketException refused = await Assert.ThrowsAsync<WebSocketException>(() => Connect(one));
        Assert.Contains("429", refused.Message, StringComparison.Ordinal);
        await End(idle);
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, idle.CloseStatus);
        // The server frees the place a moment after its farewell.
        for (int tries = 0; ; tries++)
        {
            try
            {
                using ClientWebSocket next = await Connect(one);
                break;
            }
            catch (WebSocketException) when (tries < 50)
            {
                await Task.Delay(100, Cancellation);
            }
        }
    }

    [Fact]
    public async Task A_page_of_another_site_can_open_no_stream()
    {
        WebSocketException refused = await Assert.ThrowsAsync<WebSocketException>(() => Connect(served, "https://elsewhere.example"));
        Assert.Contains("403", refused.Message, StringComparison.Ordinal);
        using ClientWebSocket own = await Connect(served, served.Address.GetLeftPart(UriPartial.Authority));
    }

    [Fact]
    public async Task An_ordinary_request_is_told_that_a_WebSocket_is_expected() =>
        Assert.Contains("ws://", await ServedMien.Problem(await served.Client.GetAsync("/v1/stream", Cancellation), 426),
            StringComparison.Ordinal);

    private static async Task<ClientWebSocket> Connect(ServedMien served, string? origin = null)
    {
        var socket = new ClientWebSocket();
        if (origin is not null)
            socket.Options.SetRequestHeader("Origin", origin);
        await socket.ConnectAsync(new UriBuilder(served.Address) { Scheme = "ws", Path = "/v1/stream" }.Uri, Cancellation);
        return socket;
    }

    private static async Task<StreamAnswer> Receive(ClientWebSocket socket)
    {
        using var text = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        WebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer, Cancellation);
            Assert.True(part.MessageType == WebSocketMessageType.Text, $"{part.CloseStatus} {part.CloseStatusDescription}");
            text.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return JsonSerializer.Deserialize<StreamAnswer>(text.ToArray(), Strict)!;
    }

    private static async Task End(ClientWebSocket socket)
    {
        byte[] buffer = new byte[4096];
        while ((await socket.ReceiveAsync(buffer, Cancellation)).MessageType != WebSocketMessageType.Close)
        {
        }
    }

    /// <summary>The sample, so many pixels further right.</summary>
    private static byte[] Shifted(int pixels)
    {
        using var sample = SKBitmap.Decode(ServedMien.Sample);
        using var moved = new SKBitmap(sample.Width + 60, sample.Height);
        using (var canvas = new SKCanvas(moved))
        {
            canvas.Clear(SKColors.Gray);
            canvas.DrawBitmap(sample, pixels, 0, SKSamplingOptions.Default);
        }

        using SKData data = moved.Encode(SKEncodedImageFormat.Jpeg, 90);
        return data.ToArray();
    }
}
