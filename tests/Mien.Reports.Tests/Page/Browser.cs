using Microsoft.Playwright;
using Mien.TestSupport;

namespace Mien.Reports.Tests.Page;

/// <summary>The distribution's Chromium without a window, and a report of the bundled model on made-up faces.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private readonly TemporaryFolder _folder = TestData.NewFolder("report");
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Where screenshots go; kept by CI, ignored by Git.</summary>
    public static string Screenshots { get; } = Path.Combine(TestData.Root, "artifacts", "screenshots");

    /// <summary>The page's address.</summary>
    public string Report { get; private set; } = "";

    internal static Mien.Training.Datasets.FaceTable Table { get; } = MadeUpFaces.Table(280, 140, 210);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("CHROMIUM") is not { } program)
            program = Places.FirstOrDefault(File.Exists, "");
        if (program.Length == 0)
            return;
        using (ReportSource source = ReportSource.Open(Path.Combine(TestData.Root, "models", "mien-fer2013.onnx"), Table))
            Report = new Uri(Mien.Reports.Report.Write(source, Table, "made-up faces", _folder.Path, ReportOptions.Default with { MapFaces = 150, AttentionFaces = 1 })).AbsoluteUri;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = program,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    /// <summary>Opens an address in a window of its own that notes every error and every request.</summary>
    public async Task<Window> Open(string address, int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        Assert.SkipWhen(_browser is null, "No Chromium on this machine: apt-get install chromium, or name one in CHROMIUM.");
        IBrowserContext context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            HasTouch = width < 600,
        });
        IPage page = await context.NewPageAsync();
        var window = new Window(page);
        await page.GotoAsync(address);
        return window;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        _folder.Dispose();
    }
}

/// <summary>A page with what it complained of and what it asked for.</summary>
public sealed class Window : IAsyncDisposable
{
    internal Window(IPage page)
    {
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                Complaints.Add(message.Text);
        };
        page.PageError += (_, error) => Complaints.Add(error);
        page.Request += (_, request) => Requests.Add(request.Url);
    }

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>Errors and warnings of the console, and scripts that failed.</summary>
    public List<string> Complaints { get; } = [];

    /// <summary>Every address that was asked for, the page's own first.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>The whole page as a picture in the screenshots' folder.</summary>
    public async Task Photograph(string name)
    {
        // What sticks to the window's edge stands where it belongs.
        await Page.EvaluateAsync("window.scrollTo({ top: 0, behavior: 'instant' })");
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Browser.Screenshots, name + ".png"), FullPage = true });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();
}
