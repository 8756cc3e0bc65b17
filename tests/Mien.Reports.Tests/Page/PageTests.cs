using Microsoft.Playwright;
using Mien.Imaging;
using Mien.Reports.Predictions;
using Mien.TestSupport;
using Mien.Training.Datasets;

namespace Mien.Reports.Tests.Page;

/// <summary>The report in a real browser.</summary>
public class PageTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task The_page_complains_of_nothing_and_asks_for_nothing_but_itself()
    {
        await using Window window = await browser.Open(browser.Report);
        foreach (IElementHandle button in await window.Page.QuerySelectorAllAsync("button"))
            await button.DispatchEventAsync("click");
        await window.Page.EvaluateAsync("window.scrollTo(0, document.body.scrollHeight)");
        await window.Page.WaitForTimeoutAsync(300);
        Assert.Empty(window.Complaints);
        Assert.Equal([browser.Report], window.Requests.Where(request => !request.StartsWith("data:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_check_sees_a_request_and_a_failing_script()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string file = folder.Write("bad.html", "<!doctype html><img src=\"other.png\"><script>missing();</script>");
        await using Window window = await browser.Open(new Uri(file).AbsoluteUri);
        Assert.Contains(window.Requests, request => request.EndsWith("other.png", StringComparison.Ordinal));
        Assert.Contains(window.Complaints, complaint => complaint.Contains("missing", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Training")]
    [InlineData("PublicTest")]
    [InlineData("PrivateTest")]
    public async Task Every_cell_of_the_confusion_matrix_shows_its_faces(string split)
    {
        await using Window window = await browser.Open(browser.Report);
        IPage page = window.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = split, Exact = true }).ClickAsync();
        IReadOnlyList<ILocator> cells = await page.Locator(".confusion:visible .cell").AllAsync();
        IReadOnlyList<string> counts = await page.Locator(".confusion:visible .count").AllTextContentsAsync();
        Assert.Equal(49, cells.Count);
        int all = 0;
        for (int cell = 0; cell < cells.Count; cell++)
        {
            int count = int.Parse(counts[cell], System.Globalization.CultureInfo.InvariantCulture);
            all += count;
            if (count == 0 && cell > 3)
                continue;
            await cells[cell].ClickAsync();
            (string label, string read) = (FacialExpressions.Fer2013Names[cell / 7], FacialExpressions.Fer2013Names[cell % 7]);
            Assert.Equal($"{split}: labeled {label}, read as {read}: {count} faces.", await page.TextContentAsync("#caption"));
            IReadOnlyList<string> sentences = await page.Locator("#cards .answer").AllTextContentsAsync();
            Assert.Equal(Math.Min(count, 60), sentences.Count);
            Assert.All(sentences, sentence => Assert.StartsWith(label == read ? $"{label}, read right" : $"{label}, read "
                + $"{read}", sentence, StringComparison.Ordinal));
        }

        Assert.Equal(Browser.Table.Splits.Count(one => one.ToString() == split), all);
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task The_ready_made_galleries_hold_what_they_say()
    {
        await using Window window = await browser.Open(browser.Report);
        IPage page = window.Page;
        foreach (string split in (string[])["Training", "PrivateTest"])
        {
            await page.GetByRole(AriaRole.Button, new() { Name = split, Exact = true }).ClickAsync();
            await page.ClickAsync("[data-view=mistakes]");
            IReadOnlyList<string> mistakes = await page.Locator("#cards .answer").AllTextContentsAsync();
            Assert.NotEmpty(mistakes);
            Assert.All(mistakes, sentence => Assert.DoesNotContain("read right", sentence, StringComparison.Ordinal));
            int[] confidence = [.. mistakes.Select(Confidence)];
            Assert.Equal(confidence.OrderDescending(), confidence);

            await page.ClickAsync("[data-view=unsure]");
            confidence = [.. (await page.Locator("#cards .answer").AllTextContentsAsync()).Select(Confidence)];
            Assert.Equal(60, confidence.Length);
            Assert.Equal(confidence.Order(), confidence);

            await page.ClickAsync("[data-view=random]");
            Assert.Equal($"{split}: a random sample, 60 faces.", await page.TextContentAsync("#caption"));
        }
    }

    [Fact]
    public async Task Faces_are_filtered_by_label_and_by_answer_and_the_rest_is_a_click_away()
    {
        await using Window window = await browser.Open(browser.Report);
        IPage page = window.Page;
        await page.SelectOptionAsync("#label", "any");
        await page.SelectOptionAsync("#read", "happy");
        IReadOnlyList<string> sentences = await page.Locator("#cards .answer").AllTextContentsAsync();
        Assert.NotEmpty(sentences);
        Assert.All(sentences, sentence => Assert.Matches("^happy, read right|, read happy", sentence));

        await page.SelectOptionAsync("#read", "any");
        Assert.Equal("PrivateTest: any label, read as anything: 210 faces.", await page.TextContentAsync("#caption"));
        Assert.Equal(60, await page.Locator("#cards .card").CountAsync());
        await page.ClickAsync("#more");
        Assert.Equal(180, await page.Locator("#cards .card").CountAsync());
        await page.ClickAsync("#more");
        Assert.Equal(210, await page.Locator("#cards .card").CountAsync());
        Assert.False(await page.IsVisibleAsync("#more"));
    }

    [Fact]
    public async Task A_cell_opens_from_the_keyboard()
    {
        await using Window window = await browser.Open(browser.Report);
        ILocator cell = window.Page.Locator(".confusion:visible .cell").Nth(24);
        await cell.FocusAsync();
        await window.Page.Keyboard.PressAsync("Enter");
        Assert.StartsWith("PrivateTest: labeled happy, read as happy", await window.Page.TextContentAsync("#caption"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_card_shows_the_face_it_speaks_of_with_its_probabilities_in_the_palettes_colors()
    {
        using ExpressionClassifier classifier = ExpressionClassifier.Create(Path.Combine(TestData.Root, "models", "mien-fer2013.onnx"));
        JudgedFaces judged = JudgedFaces.Judge(classifier, Browser.Table, Split.PrivateTest);
        int[] sample = judged.Sample(60, ReportOptions.Default.Seed);
        await using Window window = await browser.Open(browser.Report);
        IPage page = window.Page;
        foreach (int card in (int[])[0, 7, 59])
        {
            ILocator face = page.Locator("#cards .card .face").Nth(card);
            using var stream = new MemoryStream(await face.ScreenshotAsync());
            Picture shown = Picture.Load(stream);
            // A pixel more where the layout puts it between two.
            Assert.InRange(shown.Width, 96, 97);
            double own = Difference(shown, judged.Faces.Face(sample[card]));
            double next = Difference(shown, judged.Faces.Face(sample[(card + 1) % 60]));
            // WebP loses a little, and a place between two pixels blurs; another face differs by far more.
            Assert.True(own < 14 && own < next / 3, $"card {card}: {own:F1} gray levels from its face, {next:F1} from the next one");

            ILocator bars = page.Locator("#cards .card").Nth(card).Locator(".bars i");
            for (int k = 0; k < 7; k++)
            {
                string color = await bars.Nth(k).EvaluateAsync<string>("bar => getComputedStyle(bar).backgroundColor");
                Assert.Equal(Rgb(Palette.Of(FacialExpressions.Fer2013Names[k], k)), color);
                string title = await bars.Nth(k).GetAttributeAsync("title") ?? "";
                Assert.InRange(int.Parse(title.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) - judged.Probabilities[sample[card] * 7 + k] * 100, -0.8, 0.8);
            }
        }
    }

    [Fact]
    public async Task The_map_shows_the_face_under_the_pointer()
    {
        await using Window window = await browser.Open(browser.Report);
        IPage page = window.Page;
        Assert.Equal(150, await page.Locator(".point[data-face]").CountAsync());
        Assert.False(await page.IsVisibleAsync("#hover"));
        await page.Locator(".point[data-face]").Last.HoverAsync();
        Assert.True(await page.IsVisibleAsync("#hover .face"));
        Assert.Matches(", read ", await page.TextContentAsync("#hover") ?? "");
    }

    [Fact]
    public async Task Doubtful_labels_and_attention_stand_on_the_page()
    {
        await using Window window = await browser.Open(browser.Report);
        Assert.Matches("FER\\+: 8 \\w+, 2 unknown", await window.Page.TextContentAsync("#errors") ?? "");
        int cards = await window.Page.Locator("#maps .card").CountAsync();
        Assert.InRange(cards, 7, 14);
        Assert.Equal(cards, await window.Page.Locator("#maps [aria-label='Grad-CAM']").CountAsync());
        Assert.Equal(cards, await window.Page.Locator("#maps [aria-label='occlusion map']").CountAsync());
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Nothing_is_wider_than_the_screen(int width, ColorScheme scheme)
    {
        await using Window window = await browser.Open(browser.Report, width, 844, scheme);
        await window.Page.Locator(".confusion:visible .cell").Nth(4).ClickAsync();
        Assert.Equal(width, await window.Page.EvaluateAsync<int>("document.scrollingElement.scrollWidth"));
        string ground = await window.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
        Assert.Equal(scheme == ColorScheme.Dark ? "rgb(21, 23, 26)" : "rgb(255, 255, 255)", ground);
        // Nor does anything reach out of the card it belongs to.
        Assert.Equal(0, await window.Page.EvaluateAsync<int>("""
            [...document.querySelectorAll('.card > *')].filter(part =>
                part.getBoundingClientRect().right > part.parentElement.getBoundingClientRect().right + 1).length
            """));
        await window.Photograph($"report-{(width > 600 ? "desk" : "phone")}-{scheme.ToString().ToLowerInvariant()}");
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task The_walkthroughs_page_fits_the_screen_and_complains_of_nothing(int width)
    {
        string page = Path.Combine(TestData.Root, "notebooks", "FacialExpressionRecognition.html");
        await using Window window = await browser.Open(new Uri(page).AbsoluteUri, width, 844);
        Assert.Empty(window.Complaints);
        Assert.Single(window.Requests, request => !request.StartsWith("data:", StringComparison.Ordinal));
        Assert.Equal(width, await window.Page.EvaluateAsync<int>("document.scrollingElement.scrollWidth"));
        await window.Photograph($"walkthrough-{(width > 600 ? "desk" : "phone")}");
    }

    private static int Confidence(string sentence) =>
        int.Parse(sentence.Split('(')[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);

    private static string Rgb(string color) =>
        $"rgb({Convert.ToInt32(color[1..3], 16)}, {Convert.ToInt32(color[3..5], 16)}, {Convert.ToInt32(color[5..7], 16)})";

    /// <summary>Mean distance in gray levels between a picture of twice the size and a face.</summary>
    private static double Difference(Picture shown, ReadOnlySpan<byte> face)
    {
        byte[] gray = shown.ToGray();
        double sum = 0;
        // The corners are rounded off: they are left out.
        for (int y = 4; y < 44; y++)
        {
            for (int x = 4; x < 44; x++)
            {
                int at = 2 * y * shown.Width + 2 * x;
                sum += Math.Abs((gray[at] + gray[at + 1] + gray[at + shown.Width] + gray[at + shown.Width + 1]) / 4.0 - face[y * 48 + x]);
            }
        }

        return sum / 1600;
    }
}
