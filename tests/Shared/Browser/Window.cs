using Microsoft.Playwright;

namespace Mien.TestSupport;

/// <summary>A page with what it complained of and what it asked for.</summary>
internal sealed class Window : IAsyncDisposable
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
        page.WebSocket += (_, socket) => Requests.Add(socket.Url);
    }

    /// <summary>Where screenshots go; kept by CI, ignored by Git.</summary>
    public static string Screenshots { get; } = Path.Combine(TestData.Root, "artifacts", "screenshots");

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
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Screenshots, name + ".png"), FullPage = true });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();
}
