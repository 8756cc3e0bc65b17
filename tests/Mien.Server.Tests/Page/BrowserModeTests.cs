using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Mien.Detection;
using Mien.Imaging;
using Mien.TestSupport;
using Mien.Video;
using static Mien.Server.Tests.Page.PageTests;

namespace Mien.Server.Tests.Page;

/// <summary>The page that reads pictures by itself, in a real browser.</summary>
public class BrowserModeTests(PageBrowser browser, ITestOutputHelper output) : IClassFixture<PageBrowser>
{
    // A count of pictures or frames above 0 among the server's figures.
    private const string Counted = """(?m)^mien_(pictures|stream_frames)\S* [1-9]""";

    private const string SwitchedOn = "Pictures are read in this browser alone now: none leaves this device.";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_sample_gives_the_same_faces_as_the_server()
    {
        await using Window window = await Switched(browser.Address);
        await Compare(window, browser.Address, [ServedMien.Sample]);
        await window.Photograph("server-browser-mode");
    }

    [Fact]
    public async Task Every_photo_gives_the_same_faces_as_the_server()
    {
        string[] photos = [.. Directory.GetFiles(TestData.Photos)
            .Where(file => !file.EndsWith(".csv", StringComparison.Ordinal) && !file.EndsWith(".md", StringComparison.Ordinal)
            && !file.EndsWith(".mp4", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            TestData.Input("dark-x0.25.png"), TestData.Input("dark-x0.12.png")];
        Assert.NotEmpty(photos);
        await using Window window = await Switched(browser.Address);
        await Compare(window, browser.Address, photos);
    }

    [Fact]
    public async Task Whatever_the_server_was_told_the_page_follows()
    {
        await using ServedMien served = await ServedMien.Start(ServerOptions.Default with
        {
            Models = [ModelSource.FromFile(Path.Combine(TestData.Root, "models", "mien-fer2013.int8.onnx")),
                ModelSource.FromFile(Path.Combine(TestData.Root, "models", "mien-fer2013.onnx"))],
            Recognizer = ServerOptions.Default.Recognizer with
            {
                MinConfidence = 0.7f,
                Flip = true,
                Prior = ClassPrior.Balanced,
                Detector = DetectorOptions.Default with { MaxFaces = 5, MinFaceShare = 0.06f, MinScore = 0.7f },
            },
        });
        await using Window window = await Switched(served.Address);
        JsonElement faces = (await Compare(window, served.Address, [ServedMien.Sample]))[0].GetProperty("faces");
        Assert.Equal(5, faces.GetArrayLength());
        Assert.Contains(faces.EnumerateArray(), face => face.GetProperty("label").GetString() == "uncertain");
    }

    [Fact]
    public async Task Where_large_faces_alone_are_asked_for_photos_give_what_the_library_finds_in_the_whole_picture()
    {
        // The server decodes such JPEGs at a part of their size, which no browser offers.
        string[] photos = [.. ((string[])["from-below.jpg", "president.jpg", "speech.jpg", "two-people.jpg", "vice-president.jpg",
            "exif-6.jpg", "tilted-30.jpg"]).Select(TestData.Photo)];
        await using ServedMien served = await ServedMien.Start(ServerOptions.Default with { Recognizer = ServerOptions.Default.Recognizer with { Detector = DetectorOptions.Default with { MinFaceShare = 0.1f } } });
        await using Window window = await Switched(served.Address);
        var recognizer = served.App.Services.GetRequiredService<ExpressionRecognizer>();
        await Compare(window, photos, file =>
        {
            var picture = Picture.Load(file);
            IReadOnlyList<Face> faces = recognizer.Recognize(picture);
            using var stream = new MemoryStream();
            using (var json = new Utf8JsonWriter(stream))
            {
                json.WriteStartObject();
                FaceJson.WritePicture(json, Path.GetFileName(file), picture.Width, picture.Height, faces, null);
                json.WriteEndObject();
            }

            return Task.FromResult(JsonSerializer.Deserialize<JsonElement>(stream.ToArray()));
        });
    }

    [Fact]
    public async Task The_page_follows_faces_as_the_library_does_however_frames_arrive()
    {
        // Bursts of frames 1, 5 and 20 ms apart, frames of one time, a clock that is set back, frames as they are taken.
        double[] steps =
        [
            .. Enumerable.Range(0, 120).Select(frame => frame % 3 == 2 ? 98.0 : 1),
            .. Enumerable.Range(0, 60).Select(frame => frame % 10 == 9 ? 288.0 : 5),
            .. Enumerable.Range(0, 60).Select(frame => frame % 10 == 9 ? 153.0 : 20),
            .. Enumerable.Repeat(0.0, 10), -5000, 40, -15, .. Enumerable.Repeat(33.0, 60),
        ];
        var frames = new List<(double Time, float[] Places, float Happy)>();
        double time = 10_000;
        foreach (double step in steps)
        {
            frames.Add((time / 1000, [100 + 3 * frames.Count, 200 + 3 * frames.Count], frames.Count / 20 % 2));
            time += step;
        }

        await using Window window = await browser.Open();
        string page = await window.Page.EvaluateAsync<string>(
            """
            async frames => {
              const { FaceTracker } = await import('./browser/tracker.js');
              const tracker = new FaceTracker({ smoothing: 0.5, maxGap: 1, certainScore: 0.8, minConfidence: 0 });
              return JSON.stringify(JSON.parse(frames).map(({ time, places, happy }) => tracker.update(places.map(x => (
                { box: { x, y: 200, width: 80, height: 104 }, detectorScore: 0.9, probabilities: { happy, sad: 1 - happy } })), time)
                .map(({ track, probabilities }) => [track, probabilities.happy])));
            }
            """,
            JsonSerializer.Serialize(frames.Select(frame => new { time = frame.Time, places = frame.Places, happy = frame.Happy })));
        var tracker = new FaceTracker();
        foreach (((double at, float[] places, float happy),
            JsonElement found) in frames.Zip(JsonSerializer.Deserialize<JsonElement[]>(page)!))
        {
            IReadOnlyList<TrackedFace> expected = tracker.Update([.. places.Select(x => new Face
            {
                Box = new Box(x, 200, 80, 104),
                DetectorScore = 0.9f,
                Labels = ["happy", "sad"],
                Probabilities = [happy, 1 - happy],
            })], TimeSpan.FromSeconds(at));
            Assert.Equal([1, 2], expected.Select(face => face.Track));
            Assert.Equal([1, 2], found.EnumerateArray().Select(face => face[0].GetInt32()));
            Assert.All(expected.Zip(found.EnumerateArray()), pair =>
                Assert.Equal(pair.First.Face.Probabilities[0], pair.Second[1].GetSingle(), 1e-4f));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Turned_photos_give_the_same_faces_as_the_server(bool anyRotation)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string[] photos = [.. from photo in (string[])["astronaut.png", "president.jpg", "crew-in-orbit.jpg"]
                              from degrees in (double[])[40, 90, -135, 180]
                              select Turned(TestData.Photo(photo), degrees)];
        await using ServedMien served = await ServedMien.Start(ServerOptions.Default with
        {
            Recognizer = ServerOptions.Default.Recognizer with { Detector = DetectorOptions.Default with { AnyRotation = anyRotation } },
        });
        await using Window window = await Switched(served.Address);
        JsonElement[] pictures = await Compare(window, served.Address, photos);
        Assert.Equal(anyRotation, pictures.Sum(picture => picture.GetProperty("faces").GetArrayLength()) >= 36);

        string Turned(string photo, double degrees)
        {
            string file = folder.File($"{Path.GetFileNameWithoutExtension(photo)}{degrees}.png");
            File.WriteAllBytes(file, new TurnedPicture(Picture.Load(photo), degrees).Picture.ToPng());
            return file;
        }
    }

    [Fact]
    public async Task Nothing_of_it_is_loaded_before_it_is_switched_on_and_then_as_much_as_the_page_says()
    {
        await using Window window = await browser.Open();
        await Read(window.Page, [ServedMien.Sample]);
        Assert.DoesNotContain(window.Requests, address => address.Contains("/browser/", StringComparison.Ordinal));
        await SwitchOn(window.Page);
        // What was loaded in the worker is in its own list: asked for here once more.
        string[] loaded = [.. window.Requests.Where(address => address.Contains("/browser/", StringComparison.Ordinal)).Distinct()];
        using var client = new HttpClient();
        client.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip");
        long bytes = 0;
        foreach (string address in loaded)
            bytes += (await client.GetByteArrayAsync(address, Cancellation)).Length;
        output.WriteLine($"{bytes} bytes in {loaded.Length} files");
        Assert.Contains(loaded, address => address.EndsWith(".wasm", StringComparison.Ordinal));
        await Expect(window.Page.Locator("#local-what")).ToContainTextAsync(FormattableString.Invariant($"about {bytes / 1e6:F0} MB"));
        Assert.All(window.Requests.Where(address => !address.StartsWith("data:", StringComparison.Ordinal)
            && !address.StartsWith("blob:", StringComparison.Ordinal)), address =>
            Assert.Equal(browser.Address.Authority, new Uri(address).Authority));
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task Once_switched_on_no_photo_and_no_frame_is_sent()
    {
        await using ServedMien served = await ServedMien.Start(ServerOptions.Default);
        await using Window window = await browser.Open(address: served.Address);
        IPage page = window.Page;
        var sent = new List<string>();
        page.Request += (_, request) =>
        {
            if (request.Method != "GET")
                sent.Add($"{request.Method} {request.Url}");
        };
        page.WebSocket += (_, socket) => sent.Add(socket.Url);
        await Expect(page.Locator("#model")).ToHaveTextAsync($"Model {ServedMien.ModelName}");
        await page.CheckAsync("#local");
        // At once, while it is still loading: the photo waits rather than go to the server.
        await page.SetInputFilesAsync("#files", ServedMien.Sample);
        await Expect(page.Locator(".card .face")).ToHaveCountAsync(7);
        await page.ClickAsync("#camera-start");
        await Expect(page.Locator("#live-faces .face h3")).ToContainTextAsync("Face 1: happy");
        await Expect(page.Locator("#timelines figcaption")).ToContainTextAsync("Face 1: mostly happy");
        await page.ClickAsync("#camera-take");
        await Expect(page.Locator(".card .face")).ToHaveCountAsync(8);
        await window.Photograph("server-browser-camera");
        await page.ClickAsync("#camera-stop");
        Assert.Empty(sent);
        Assert.DoesNotContain(window.Requests, address => address.Contains("/v1/expressions", StringComparison.Ordinal)
            || address.Contains("/v1/stream", StringComparison.Ordinal));
        // And by the server's own count.
        Assert.DoesNotMatch(Counted, await served.Client.GetStringAsync("/metrics", Cancellation));
        Assert.Empty(window.Complaints);

        // The count would have seen it: switched off, the server reads again.
        await page.UncheckAsync("#local");
        await Expect(page.Locator("#status")).ToHaveTextAsync("The server reads pictures again.");
        await page.SetInputFilesAsync("#files", ServedMien.Sample);
        await Expect(page.Locator(".card .face")).ToHaveCountAsync(15);
        Assert.Contains(sent, request => request.EndsWith("/v1/expressions", StringComparison.Ordinal));
        // A scrape is kept for a moment.
        await Task.Delay(TimeSpan.FromSeconds(1), Cancellation);
        Assert.Matches(Counted, await served.Client.GetStringAsync("/metrics", Cancellation));
    }

    [Fact]
    public async Task A_photo_that_a_busy_server_sent_back_is_not_sent_again_once_it_is_switched_on()
    {
        await using Window window = await browser.Open();
        IPage page = window.Page;
        await Expect(page.Locator("#model")).ToHaveTextAsync($"Model {ServedMien.ModelName}");
        await page.RouteAsync("**/v1/expressions", route =>
            route.FulfillAsync(new() { Status = 429, Headers = new Dictionary<string, string> { ["Retry-After"] = "2" } }));
        await page.RunAndWaitForResponseAsync(() => page.SetInputFilesAsync("#files", ServedMien.Sample),
            response => response.Status == 429);
        await page.CheckAsync("#local");
        await Expect(page.Locator(".card .face")).ToHaveCountAsync(7);
        Assert.Single(window.Requests, address => address.EndsWith("/v1/expressions", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_picture_that_stayed_here_is_never_sent_to_be_explained()
    {
        await using Window window = await browser.Open();
        IPage page = window.Page;
        await Read(page, [ServedMien.Sample]);
        await SwitchOn(page);
        await page.Locator(".card .face button").First.ClickAsync();
        await Expect(page.Locator("#why-body .bad")).ToContainTextAsync("read in this browser alone now");
        await page.Keyboard.PressAsync("Escape");
        Assert.DoesNotContain(window.Requests, address => address.Contains("/v1/explanations", StringComparison.Ordinal));

        await page.ClickAsync("#clear");
        await Read(page, [ServedMien.Sample]);
        Assert.Equal(0, await page.Locator(".card .face button").CountAsync());
        await page.UncheckAsync("#local");
        await page.Locator(".card svg rect.box").First.ClickAsync();
        await Expect(page.Locator("#why")).ToBeHiddenAsync();
        Assert.DoesNotContain(window.Requests, address => address.Contains("/v1/explanations", StringComparison.Ordinal));
    }

    [Fact]
    public async Task By_keyboard_it_is_switched_and_says_so()
    {
        await using Window window = await browser.Open();
        IPage page = window.Page;
        await Expect(page.Locator("#model")).ToHaveTextAsync($"Model {ServedMien.ModelName}");
        ILocator box = page.GetByRole(AriaRole.Switch, new() { Name = "Read pictures in this browser alone" });
        for (int presses = 0; await page.EvaluateAsync<string>("document.activeElement.id") != "local"; presses++)
        {
            Assert.True(presses < 20, "The switch is not reached by Tab.");
            await page.Keyboard.PressAsync("Tab");
        }

        await Expect(page.GetByText("never stored")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Space");
        await Expect(page.Locator("#status")).ToHaveTextAsync(SwitchedOn);
        await Expect(box).ToBeCheckedAsync();
        await Expect(page.GetByText("none is sent anywhere")).ToBeVisibleAsync();
        await Expect(page.GetByText("never stored")).ToBeHiddenAsync();
        await page.Keyboard.PressAsync("Space");
        await Expect(page.Locator("#status")).ToHaveTextAsync("The server reads pictures again.");
        await Expect(box).Not.ToBeCheckedAsync();
        await Expect(page.GetByText("never stored")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Axe_finds_nothing_serious_while_it_is_on(int width, ColorScheme scheme)
    {
        await using Window window = await browser.Open(width, 900, scheme);
        IPage page = window.Page;
        await SwitchOn(page);
        await CheckByAxe(page, "switched on");
        await Read(page, [ServedMien.Sample]);
        await page.ClickAsync("#camera-start");
        await Expect(page.Locator("#timelines canvas")).ToHaveCountAsync(1);
        await CheckByAxe(page, "with a photo and the camera read here");
        Assert.Equal(width, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await window.Photograph($"server-browser-mode-{width}");
    }

    [Fact]
    public async Task What_can_t_be_read_is_said_and_does_not_stop_the_rest()
    {
        await using Window window = await Switched(browser.Address);
        await window.Page.SetInputFilesAsync("#files",
            [new FilePayload { Name = "broken.jpg", MimeType = "image/jpeg", Buffer = [1, 2, 3] },
            new FilePayload { Name = "blank.png", MimeType = "image/png", Buffer = ServedMien.Blank() }]);
        await Expect(window.Page.Locator(".card .bad")).ToContainTextAsync("broken.jpg: not a picture that can be read");
        await Expect(window.Page.GetByText("No face was found.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Odd_pictures_give_the_same_faces_as_the_server()
    {
        await using Window window = await Switched(browser.Address);
        await Compare(window, browser.Address,
            [.. Array.ConvertAll(["png-exif-orientation-6.png", "png-gama-0.png", "baseline-without-eoi.jpg", "progressive-without-eoi.jpg",
                "bmp-v4-alpha-all-zero.bmp"], TestData.Input)]);
    }

    [Fact]
    public async Task What_can_t_be_read_is_named_as_the_server_names_it()
    {
        byte[] jpeg = await File.ReadAllBytesAsync(Path.Combine(TestData.Root, "tests", "Mien.Tests", "Imaging", "Jpegs",
            "progressive.jpg"), Cancellation);
        (string Name, byte[] Bytes)[] files =
        [
            ("heic.jpg", [0, 0, 0, 24, .. "ftypmif1"u8, 0, 0, 0, 0, .. "mif1heic"u8]),
            ("avif.jpg", [0, 0, 0, 24, .. "ftypavif"u8, 0, 0, 0, 0, .. "mif1avif"u8]),
            ("video.jpg", [0, 0, 0, 16, .. "ftypisom"u8, 0, 0, 0, 0]),
            ("xl.jpg", [0xff, 0x0a, 1, 2, 3, 4]),
            ("2000.jpg", [0, 0, 0, 12, .. "jP  \r\n"u8, 0x87, 0x0a]),
            ("svg.jpg", [.. "<?xml version='1.0'?><svg/>"u8]),
            ("page.jpg", [.. "\n<!DOCTYPE html>"u8]),
            ("pdf.jpg", [.. "%PDF-1.7"u8]),
            ("cr2.jpg", [.. "II*\0"u8, 16, 0, 0, 0, .. "CR"u8, 2, 0, 0, 0, 0, 0]),
            ("dng.jpg", [.. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 0xc6, 1, 0, 4, 0, 0, 0, 1, 4, 0, 0, 0, 0, 0, 0]),
            ("photoshop.jpg", [.. "8BPS"u8, 0, 1]),
            ("cut.jpg", jpeg[..(jpeg.Length / 2)]),
            ("cut-late.jpg", jpeg[..^12]),
            ("cut.png", [.. ServedMien.Blank().Take(60)]),
            ("text.png", [.. "no picture"u8]),
        ];
        await using Window window = await Switched(browser.Address);
        foreach ((string name, byte[] bytes) in files)
            await window.Page.SetInputFilesAsync("#files", new FilePayload { Name = name, MimeType = "image/jpeg", Buffer = bytes });
        await Expect(window.Page.Locator(".card .bad")).ToHaveCountAsync(files.Length);
        IReadOnlyList<string> said = await window.Page.Locator(".card .bad").AllTextContentsAsync();
        using var client = new HttpClient { BaseAddress = browser.Address };
        foreach ((string name, byte[] bytes) in files)
        {
            using var form = new MultipartFormDataContent { { new ByteArrayContent(bytes), "pictures", name } };
            JsonElement problem = await ServedMien.Json(await client.PostAsync("/v1/expressions", form, Cancellation),
                HttpStatusCode.UnprocessableEntity);
            Assert.Contains(problem.GetProperty("detail").GetString()!, said);
        }
    }

    [Fact]
    public async Task Where_the_networks_do_not_come_the_switch_goes_off_and_the_photo_that_waited_is_not_sent()
    {
        await using Window window = await browser.Open();
        IPage page = window.Page;
        await Expect(page.Locator("#model")).ToHaveTextAsync($"Model {ServedMien.ModelName}");
        await page.RouteAsync("**/browser/back.onnx", async route =>
        {
            await Task.Delay(500);
            await route.FulfillAsync(new() { Status = 503, ContentType = "application/problem+json", Body = """{"detail":"Come again later."}""" });
        });
        await page.CheckAsync("#local");
        await page.SetInputFilesAsync("#files", ServedMien.Sample);
        await Expect(page.Locator(".card .bad")).ToHaveTextAsync("Come again later.");
        await Expect(page.Locator("#local")).Not.ToBeCheckedAsync();
        Assert.DoesNotContain(window.Requests, address => address.Contains("/v1/expressions", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_takes_each_picture_as_a_face_says_that_the_page_can_t()
    {
        RecognizerOptions cropped = ServerOptions.Default.Recognizer with { FaceMode = FaceMode.Cropped };
        await using ServedMien served = await ServedMien.Start(ServerOptions.Default with { Recognizer = cropped });
        await using Window window = await browser.Open(address: served.Address);
        await Expect(window.Page.Locator("#model")).ToHaveTextAsync($"Model {ServedMien.ModelName}");
        await window.Page.ClickAsync("#local");
        await Expect(window.Page.Locator("#status")).ToContainTextAsync("This server takes each picture as one face.");
        await Expect(window.Page.Locator("#local")).Not.ToBeCheckedAsync();
    }

    [Fact]
    public async Task With_a_key_the_model_is_shown_to_those_alone_who_have_it()
    {
        await using ServedMien closed = await ServedMien.Start(ServerOptions.Default with { ApiKey = "geheim-42+/" });
        foreach (string path in (string[])["/browser/settings", "/browser/models/0"])
            Assert.Equal(HttpStatusCode.Unauthorized, (await closed.Client.GetAsync(path, Cancellation)).StatusCode);
        await using Window window = await browser.Open(address: closed.Address);
        await window.Page.FillAsync("#key-text", "geheim-42+/");
        await window.Page.Keyboard.PressAsync("Enter");
        await SwitchOn(window.Page);
        await Read(window.Page, [ServedMien.Sample]);
        await Expect(window.Page.Locator(".card .face")).ToHaveCountAsync(7);
    }

    private async Task<Window> Switched(Uri address)
    {
        Window window = await browser.Open(address: address);
        await SwitchOn(window.Page);
        return window;
    }

    private static async Task SwitchOn(IPage page)
    {
        await Expect(page.Locator("#model")).ToContainTextAsync($"Model {ServedMien.ModelName}");
        await page.CheckAsync("#local");
        await Expect(page.Locator("#status")).ToHaveTextAsync(SwitchedOn, new() { Timeout = 120_000 });
    }

    private static async Task Read(IPage page, string[] files)
    {
        await Expect(page.Locator("#model")).ToContainTextAsync($"Model {ServedMien.ModelName}");
        await page.SetInputFilesAsync("#files", files);
        await Expect(page.Locator(".card[aria-busy=true]")).ToHaveCountAsync(0, new() { Timeout = 300_000 });
        await Expect(page.Locator(".card")).ToHaveCountAsync(files.Length);
    }

    /// <summary>Lets the page and the server read the same files and holds one to the other; what the page found.</summary>
    private async Task<JsonElement[]> Compare(Window window, Uri address, string[] files)
    {
        using var client = new HttpClient { BaseAddress = address };
        return await Compare(window, files, async file =>
        {
            using var form = new MultipartFormDataContent { { new ByteArrayContent(await File.ReadAllBytesAsync(file, Cancellation)),
                "pictures", Path.GetFileName(file) } };
            return (await ServedMien.Json(await client.PostAsync("/v1/expressions", form, Cancellation))).GetProperty("pictures")[0];
        });
    }

    private async Task<JsonElement[]> Compare(Window window, string[] files, Func<string, Task<JsonElement>> expected)
    {
        await Read(window.Page, files);
        JsonElement[] pictures = [.. JsonSerializer.Deserialize<JsonElement>(await Download(window.Page, "#save-json"))
            .GetProperty("photos").EnumerateArray()];
        Assert.DoesNotContain(window.Requests, sent => sent.Contains("/v1/expressions", StringComparison.Ordinal));
        Assert.Empty(window.Complaints);
        var differences = new List<string>();
        foreach ((string file, JsonElement here) in files.Zip(pictures))
        {
            Assert.Equal(Path.GetFileName(file), here.GetProperty("file").GetString());
            var comparison = PictureComparison.Of(here, await expected(file));
            output.WriteLine(comparison.ToString());
            differences.AddRange(comparison.Differences);
        }

        Assert.Empty(differences);
        return pictures;
    }
}
