using Microsoft.Playwright;
using Mien.TestSupport;

namespace Mien.Reports.Tests.Page;

/// <summary>A browser, and a report of the model `fer2013` on made-up faces.</summary>
public sealed class Browser : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = TestData.NewFolder("report");
    private Chromium? _chromium;

    /// <summary>The page's address.</summary>
    public string Report { get; private set; } = "";

    internal static Mien.Training.Datasets.FaceTable Table { get; } = MadeUpFaces.Table(280, 140, 210);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _chromium = await Chromium.LaunchAsync();
        if (_chromium is null)
            return;
        using ReportSource source = ReportSource.Open(Path.Combine(TestData.Root, "models", "mien-fer2013.onnx"), Table);
        Report = new Uri(Mien.Reports.Report.Write(source, Table, "made-up faces", _folder.Path,
            ReportOptions.Default with { MapFaces = 150, AttentionFaces = 1 })).AbsoluteUri;
    }

    /// <summary>Opens an address in a window of its own that notes every error and every request.</summary>
    internal Task<Window> Open(string address, int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light) =>
        Chromium.Needed(_chromium).Open(address, width, height, scheme);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_chromium is not null)
            await _chromium.DisposeAsync();
        _folder.Dispose();
    }
}
