using Microsoft.Playwright;
using Mien.TestSupport;
using SkiaSharp;

namespace Mien.Server.Tests.Page;

/// <summary>A browser whose camera plays the sample, and a server.</summary>
public sealed class PageBrowser : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = TestData.NewFolder("camera");
    private readonly ServedMien _served = new();
    private Chromium? _chromium;

    /// <summary>The page's address.</summary>
    public Uri Address => _served.Address;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        // The machine may be busy with other things: what matters is that it comes.
        Assertions.SetDefaultExpectTimeout(30_000);
        await _served.InitializeAsync();
        _chromium = await Chromium.LaunchAsync("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
            $"--use-file-for-fake-video-capture={Film()}");
    }

    internal Task<Window> Open(int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light, Uri? address = null) =>
        Chromium.Needed(_chromium).Open((address ?? Address).AbsoluteUri, width, height, scheme, permissions: ["camera"]);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_chromium is not null)
            await _chromium.DisposeAsync();
        await _served.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Motion JPEG: the sample's happy face swaying to and fro.</summary>
    private string Film()
    {
        using var sample = SKBitmap.Decode(ServedMien.Sample);
        string path = _folder.File("camera.mjpeg");
        using FileStream film = File.Create(path);
        for (int frame = 0; frame < 30; frame++)
        {
            using var bitmap = new SKBitmap(640, 480);
            using (var canvas = new SKCanvas(bitmap))
            {
                canvas.Clear(SKColors.Gray);
                float sway = 20 * MathF.Sin(frame / 30f * 2 * MathF.PI);
                // The fourth face of the upper row, with room around it.
                canvas.DrawBitmap(sample, new SKRect(740, 0, 980, 260), new SKRect(180 + sway, 60, 500 + sway, 407),
                    new SKSamplingOptions(SKFilterMode.Linear));
            }

            using SKData data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
            data.SaveTo(film);
        }

        return path;
    }
}
