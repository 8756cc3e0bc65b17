using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Mien.Imaging;
using Mien.Server.Endpoints;
using Mien.TestSupport;

namespace Mien.Server.Tests.Page;

/// <summary>The page in a real browser.</summary>
public class PageTests(PageBrowser browser) : IClassFixture<PageBrowser>
{
    [Fact]
    public async Task A_dropped_photo_shows_its_faces_with_boxes_and_bars()
    {
        await using Window window = await browser.Open();
        await Drop(window.Page);
        await Expect(window.Page.Locator(".card .face")).ToHaveCountAsync(7);
        Assert.Equal(7, await window.Page.Locator(".card svg rect.box").CountAsync());
        Assert.Equal(56, await window.Page.Locator(".card .bars li").CountAsync());
        await Expect(window.Page.Locator("#status")).ToHaveTextAsync("Done: 7 faces.");
        IReadOnlyList<string> titles = await window.Page.Locator(".card .face h3").AllTextContentsAsync();
        using var recognizer = ExpressionRecognizer.CreateDefault();
        IReadOnlyList<Face> faces = recognizer.Recognize(ServedMien.Sample);
        Assert.Equal(faces.Select((face, place) => FormattableString.Invariant($"Face {place + 1}: {face.Label} {face.Confidence * 100:F0} %")), titles);

        // The boxes lie on the faces: their share of the picture is the library's.
        var box = await window.Page.Locator(".card svg rect.box").First.BoundingBoxAsync();
        var picture = await window.Page.Locator(".card img").First.BoundingBoxAsync();
        var size = Picture.Load(ServedMien.Sample);
        Assert.Equal(faces[0].Box.X / size.Width, (box!.X - picture!.X) / picture.Width, 0.01);
        Assert.Equal(faces[0].Box.Width / size.Width, box.Width / picture.Width, 0.02);
        Assert.Empty(window.Complaints);
        await window.Photograph("server-desk");
    }

    [Fact]
    public async Task A_photo_is_pasted_and_chosen_as_well()
    {
        await using Window window = await browser.Open();
        await window.Page.SetInputFilesAsync("#files", ServedMien.Sample);
        await Expect(window.Page.Locator(".card .face")).ToHaveCountAsync(7);
        await window.Page.EvaluateAsync("""
            bytes => {
              const data = new DataTransfer();
              data.items.add(new File([Uint8Array.fromBase64(bytes)], 'image.png', { type: 'image/png' }));
              document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
            }
            """, Convert.ToBase64String(await File.ReadAllBytesAsync(ServedMien.Sample, TestContext.Current.CancellationToken)));
        await Expect(window.Page.Locator(".card .face")).ToHaveCountAsync(14);
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task A_click_on_a_face_shows_what_the_answer_rests_on()
    {
        await using Window window = await browser.Open();
        await Drop(window.Page);
        await window.Page.Locator(".card svg rect.box").First.ClickAsync();
        await Expect(window.Page.Locator("#why .maps img")).ToHaveCountAsync(3);
        Assert.True(await window.Page.EvaluateAsync<bool>("[...document.querySelectorAll('#why img')].every(image => image.complete && "
            + "image.naturalWidth === 192)"));
        await Expect(window.Page.Locator("#why-body p").First).ToContainTextAsync("Face 1: happy");
        Assert.Empty(window.Complaints);
        await window.Page.ScreenshotAsync(new() { Path = Path.Combine(Window.Screenshots, "server-why.png") });
    }

    [Fact]
    public async Task The_camera_shows_live_results_a_timeline_and_stops()
    {
        await using Window window = await browser.Open();
        IPage page = window.Page;
        await page.ClickAsync("#camera-start");
        await Expect(page.Locator("#live-faces .face")).ToHaveCountAsync(1);
        await Expect(page.Locator("#live-faces .face h3")).ToContainTextAsync("Face 1: happy");
        await Expect(page.Locator("#live-boxes rect.box")).ToHaveCountAsync(1);
        await Expect(page.Locator("#timelines canvas")).ToHaveCountAsync(1);
        await Expect(page.Locator("#timelines figcaption")).ToContainTextAsync("Face 1: mostly happy");
        // It goes on: the same face, later.
        await Expect(page.Locator("#timelines figcaption")).ToContainTextAsync(new Regex(@"0 to ([3-9]|\d\d) s"));
        await Expect(page.Locator("#live-faces .face")).ToHaveCountAsync(1);
        await window.Photograph("server-camera");
        await page.ClickAsync("#live-faces .face button");
        await Expect(page.Locator("#why .maps img")).ToHaveCountAsync(3);
        await page.Locator("#why button").ClickAsync();
        await page.ClickAsync("#camera-take");
        await Expect(page.Locator(".card .face")).ToHaveCountAsync(1);
        await page.ClickAsync("#camera-stop");
        await Expect(page.Locator("#camera")).ToBeHiddenAsync();
        Assert.True(await page.EvaluateAsync<bool>("document.getElementById('video').srcObject.getTracks().every(track => track.readyState "
            + "=== 'ended')"));
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task Results_are_saved_as_JSON_and_CSV()
    {
        await using Window window = await browser.Open();
        await Drop(window.Page);
        await Expect(window.Page.Locator(".card .face")).ToHaveCountAsync(7);
        JsonElement json = JsonSerializer.Deserialize<JsonElement>(await Download(window.Page, "#save-json"));
        Assert.Equal(7, json.GetProperty("photos")[0].GetProperty("faces").GetArrayLength());
        string[] lines = (await Download(window.Page, "#save-csv")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("file,width,height,face,x,y,boxWidth,boxHeight,detectorScore,quality,exposure,contrast,noise,sharpness,pixels,roll,yaw,pitch,cover,upright,label,confidence,angry,disgust,fear,happy,sad,surprise,neutral,contempt,error,time", lines[0]);
        Assert.Equal(8, lines.Length);
        Assert.All(lines, line => Assert.Equal(32, line.Split(',').Length));
        Assert.StartsWith("faces.png,1000,520,1,", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Classes_of_any_name_are_shown_as_they_are_and_have_columns_of_their_own()
    {
        string[] names = ["x", "Face", "one,two", "<img src=x onerror=alert(1)>", "__proto__", "überrascht", "驚き", "\"quoted\""];
        await using Window window = await browser.Open();
        IPage page = window.Page;
        await page.RouteAsync("**/v1/**", async route =>
        {
            IAPIResponse answer = await route.FetchAsync();
            string text = await answer.TextAsync();
            foreach ((string label, string name) in FacialExpressions.Names.Zip(names))
                text = text.Replace($"\"{label}\"", JsonSerializer.Serialize(name), StringComparison.Ordinal);
            await route.FulfillAsync(new() { Response = answer, Body = text });
        });
        await page.ReloadAsync();
        await Drop(page);
        await Expect(page.Locator(".card .face")).ToHaveCountAsync(7);
        string[] bars = [.. await page.Locator(".card .face").First.Locator(".bars li span:first-child").AllTextContentsAsync()];
        Assert.Equal(names, bars);
        string[] values = [.. await page.Locator(".card .face").First.Locator(".bars .value").AllTextContentsAsync()];
        Assert.Contains(values, value => value != "0 %" && value != "0%");
        string[] lines = (await Download(page, "#save-csv")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.EndsWith(",label,confidence,p(x),p(Face),\"one,two\",<img src=x "
            + "onerror=alert(1)>,__proto__,überrascht,驚き,\"\"\"quoted\"\"\",error,time", lines[0], StringComparison.Ordinal);
        Assert.Equal(8, lines.Length);
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task A_photo_without_a_face_has_a_cell_a_column()
    {
        await using Window window = await browser.Open();
        IPage page = window.Page;
        await page.RouteAsync("**/v1/**", async route =>
        {
            IAPIResponse answer = await route.FetchAsync();
            string without = Regex.Replace(await answer.TextAsync(), "\"faces\":\\[.*\\](?=\\}\\])", "\"faces\":[]");
            await route.FulfillAsync(new() { Response = answer, Body = without });
        });
        await Drop(page);
        await Expect(page.Locator(".card img")).ToHaveCountAsync(1);
        string[] lines = (await Download(page, "#save-csv")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Equal(lines[0].Split(',').Length, lines[1].Split(',').Length);
    }

    [Fact]
    public async Task By_keyboard_alone_a_photo_is_chosen_explained_and_the_results_cleared()
    {
        await using Window window = await browser.Open();
        IPage page = window.Page;
        // Choosers are caught from now on: the key is faster than the wish to catch its one.
        page.FileChooser += (_, _) => { };
        await Expect(page.Locator("#model")).ToHaveTextAsync($"Model {ServedMien.ModelName}");
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to the results", await Focused(page));
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("Choose photos", await Focused(page));
        IFileChooser chooser = await page.RunAndWaitForFileChooserAsync(() => page.Keyboard.PressAsync("Enter"));
        await chooser.SetFilesAsync(ServedMien.Sample);
        await Expect(page.Locator(".card .face")).ToHaveCountAsync(7);
        await TabTo(page, "Why?");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#why .maps img")).ToHaveCountAsync(3);
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#why")).ToBeHiddenAsync();
        Assert.Equal("Why?", await Focused(page));
        await page.FocusAsync("body");
        await TabTo(page, "Clear");
        await page.Keyboard.PressAsync("Space");
        await Expect(page.Locator(".card")).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    public async Task Axe_finds_nothing_serious(int width, ColorScheme scheme)
    {
        await using Window window = await browser.Open(width, 900, scheme);
        IPage page = window.Page;
        await CheckByAxe(page, "before anything was dropped");
        await Drop(page);
        await Expect(page.Locator(".card .face")).ToHaveCountAsync(7);
        await CheckByAxe(page, "with a photo's results");
        await page.Locator(".face button").First.ClickAsync();
        await Expect(page.Locator("#why .maps img")).ToHaveCountAsync(3);
        await CheckByAxe(page, "with an explanation");
        await page.Keyboard.PressAsync("Escape");
        await page.ClickAsync("#camera-start");
        await Expect(page.Locator("#timelines canvas")).ToHaveCountAsync(1);
        await CheckByAxe(page, "with the camera on");
    }

    [Fact]
    public async Task Page_and_reference_ask_no_other_host_for_anything()
    {
        await using Window window = await browser.Open();
        await Drop(window.Page);
        await Expect(window.Page.Locator(".card .face")).ToHaveCountAsync(7);
        await using Window reference = await browser.Open(address: new Uri(browser.Address, "/reference/"));
        await Expect(reference.Page.GetByText("Finds the faces in pictures").First).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await reference.Photograph("server-reference");
        Assert.All(window.Requests.Concat(reference.Requests)
            .Where(address => !address.StartsWith("data:", StringComparison.Ordinal)
            && !address.StartsWith("blob:", StringComparison.Ordinal)), address =>
            Assert.Equal(browser.Address.Authority, new Uri(address).Authority));
        Assert.Contains(window.Requests, address => address.EndsWith("/v1/expressions", StringComparison.Ordinal));
        Assert.Empty(window.Complaints);
        Assert.Empty(reference.Complaints);
    }

    [Theory]
    [InlineData(390, 844, ColorScheme.Light, "server-phone")]
    [InlineData(390, 844, ColorScheme.Dark, "server-phone-dark")]
    [InlineData(320, 640, ColorScheme.Light, "server-small-phone")]
    [InlineData(1280, 900, ColorScheme.Dark, "server-desk-dark")]
    public async Task Nothing_is_wider_than_the_screen(int width, int height, ColorScheme scheme, string photograph)
    {
        await using Window window = await browser.Open(width, height, scheme);
        await Drop(window.Page);
        await Expect(window.Page.Locator(".card .face")).ToHaveCountAsync(7);
        Assert.Equal(width, await window.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await window.Photograph(photograph);
    }

    [Fact]
    public async Task A_server_with_a_key_asks_the_page_s_user_for_it_once_and_the_camera_works_too()
    {
        await using ServedMien closed = await ServedMien.Start(ServerOptions.Default with { ApiKey = "geheim-42+/" });
        await using Window window = await browser.Open(address: closed.Address);
        await window.Page.FillAsync("#key-text", "geheim-42+/");
        await window.Page.Keyboard.PressAsync("Enter");
        await Expect(window.Page.Locator("#model")).ToHaveTextAsync($"Model {ServedMien.ModelName}");
        await Drop(window.Page);
        await Expect(window.Page.Locator(".card .face")).ToHaveCountAsync(7);
        await window.Page.ClickAsync("#camera-start");
        await Expect(window.Page.Locator("#live-faces .face")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task What_can_t_be_read_is_said_and_does_not_stop_the_rest()
    {
        await using Window window = await browser.Open();
        await window.Page.SetInputFilesAsync("#files",
            [new FilePayload { Name = "broken.jpg", MimeType = "image/jpeg", Buffer = [1, 2, 3] },
            new FilePayload { Name = "blank.png", MimeType = "image/png", Buffer = ServedMien.Blank() }]);
        await Expect(window.Page.Locator(".card")).ToHaveCountAsync(2);
        await Expect(window.Page.Locator(".card .bad")).ToContainTextAsync("not a picture that can be read");
        await Expect(window.Page.GetByText("No face was found.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task How_often_each_expression_is_read_right_comes_from_the_model_s_own_file()
    {
        await using Window window = await browser.Open();
        await Expect(window.Page.Locator("#by-class tbody tr")).ToHaveCountAsync(FacialExpressions.Count);
        using var recognizer = ExpressionRecognizer.CreateDefault();
        await Expect(window.Page.Locator("#says")).ToHaveTextAsync(recognizer.Model.Meaning);
        IReadOnlyDictionary<string, double> figures = recognizer.Model.Metrics;
        Assert.Equal(
            recognizer.Model.Labels.Select(label => FormattableString.Invariant($"{label}{Rounded(figures[$"PrivateTest.recall.{label}"] * 100)} %")),
            await window.Page.Locator("#by-class tbody tr").AllTextContentsAsync());
        await Expect(window.Page.Locator("#accuracy"))
            .ToContainTextAsync(FormattableString.Invariant($"{figures["PrivateTest.accuracy"] * 100:F0} %"));
        foreach (string law in (string[])["Article 5(1)(f)", "Article 50(3)", "never stored"])
            await Expect(window.Page.Locator("main")).ToContainTextAsync(law);

        // Halves go up, as the page's own rounding has it.
        static int Rounded(double percent) => (int)Math.Floor(percent + 0.5);
    }

    [Fact]
    public void All_of_the_page_is_under_a_hundred_kilobytes()
    {
        int bytes = PageFiles.All.Sum(file => PageFiles.Read(file.Name).Length);
        TestContext.Current.TestOutputHelper?.WriteLine($"{bytes} bytes");
        Assert.InRange(bytes, 10_000, 100_000);
    }

    /// <summary>Holds the page to the accessibility rules of axe-core.</summary>
    internal static async Task CheckByAxe(IPage page, string state)
    {
        string axe = Path.Combine(AppContext.BaseDirectory, "axe.min.js");
        Assert.SkipUnless(File.Exists(axe), "axe-core could not be fetched when this was built: check npm and the network.");
        // Evaluated, not added as an element: the page's own policy lets no other script in.
        await page.EvaluateAsync(await File.ReadAllTextAsync(axe, TestContext.Current.CancellationToken) + "; undefined");
        string found = await page.EvaluateAsync<string>("axe.run().then(result => JSON.stringify(result.violations.map(({ id, impact, "
            + "nodes }) => `${impact} ${id}: ${nodes.map(node => `${node.target} ${node.failureSummary}`).join(' | ')}`)))");
        Assert.True(JsonSerializer.Deserialize<string[]>(found)!.Length == 0, $"{state}: {found}");
    }

    internal static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    /// <summary>Drops the sample onto the page as a file manager would.</summary>
    private static async Task Drop(IPage page)
    {
        // Nothing is dropped before the page knows the model's labels.
        await Expect(page.Locator("#model")).ToHaveTextAsync($"Model {ServedMien.ModelName}");
        IJSHandle data = await page.EvaluateHandleAsync("""
            bytes => {
              const data = new DataTransfer();
              data.items.add(new File([Uint8Array.fromBase64(bytes)], 'faces.png', { type: 'image/png' }));
              return data;
            }
            """, Convert.ToBase64String(await File.ReadAllBytesAsync(ServedMien.Sample)));
        await page.DispatchEventAsync("#drop", "drop", new { dataTransfer = data });
    }

    internal static async Task<string> Download(IPage page, string button)
    {
        IDownload download = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync(button));
        return await File.ReadAllTextAsync(await download.PathAsync());
    }

    private static Task<string> Focused(IPage page) => page.EvaluateAsync<string>("document.activeElement.textContent.trim()");

    private static async Task TabTo(IPage page, string text)
    {
        for (int presses = 0; await Focused(page) != text; presses++)
        {
            Assert.True(presses < 100, $"`{text}` is not reached by Tab.");
            await page.Keyboard.PressAsync("Tab");
        }
    }
}
