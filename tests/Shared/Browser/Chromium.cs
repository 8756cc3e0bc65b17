using Microsoft.Playwright;

namespace Mien.TestSupport;

/// <summary>The distribution's Chromium without a window.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Chromium(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    /// <summary>Starts it; null where there is none: `CHROMIUM` names another.</summary>
    public static async Task<Chromium?> LaunchAsync(params string[] arguments)
    {
        string program = Environment.GetEnvironmentVariable("CHROMIUM") ?? Places.FirstOrDefault(File.Exists, "");
        if (program.Length == 0)
            return null;
        IPlaywright playwright = await Playwright.CreateAsync();
        return new Chromium(playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = program,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", .. arguments],
        }));
    }

    /// <summary>Opens an address in a window of its own that notes every error and every request.</summary>
    public async Task<Window> Open(string address, int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light,
        string[]? permissions = null)
    {
        IBrowserContext context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            HasTouch = width < 600,
            Permissions = permissions ?? [],
        });
        IPage page = await context.NewPageAsync();
        var window = new Window(page);
        await page.GotoAsync(address);
        return window;
    }

    /// <summary>Skips the test where there is no browser.</summary>
    public static Chromium Needed(Chromium? browser)
    {
        Assert.SkipWhen(browser is null, "No Chromium on this machine: apt-get install chromium, or name one in CHROMIUM.");
        return browser;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
