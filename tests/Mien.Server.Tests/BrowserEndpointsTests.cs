using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using Mien.Server.Endpoints;
using Mien.TestSupport;

namespace Mien.Server.Tests;

/// <summary>What the page loads to read pictures itself.</summary>
public class BrowserEndpointsTests(ServedMien served) : IClassFixture<ServedMien>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ONNX_Runtime_Web_comes_packed_to_those_who_take_it_and_plain_to_others()
    {
        byte[] plain = await served.Client.GetByteArrayAsync("/browser/ort-wasm-simd-threaded.wasm", Cancellation);
        Assert.Equal("\0asm"u8, plain.AsSpan(0, 4));
        using HttpResponseMessage packed = await Get("/browser/ort-wasm-simd-threaded.wasm", "gzip, deflate");
        Assert.Equal("application/wasm", packed.Content.Headers.ContentType?.MediaType);
        Assert.Equal("gzip", Assert.Single(packed.Content.Headers.ContentEncoding));
        Assert.Contains("Accept-Encoding", packed.Headers.Vary);
        byte[] bytes = await packed.Content.ReadAsByteArrayAsync(Cancellation);
        Assert.True(bytes.Length < plain.Length / 3, $"{bytes.Length} of {plain.Length} bytes.");
        using var unpacked = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        Assert.Equal(SHA256.HashData(plain), await SHA256.HashDataAsync(unpacked, Cancellation));
    }

    [Fact]
    public async Task What_a_browser_has_already_is_not_sent_again()
    {
        string[] paths = [.. BrowserEndpoints.Files.Select(file => "/" + file.Name.Replace(".gz", "", StringComparison.Ordinal)),
            "/browser/front.onnx", "/browser/back.onnx", "/browser/cover.onnx", "/browser/models/0"];
        Assert.True(paths.Length > 15, $"{paths.Length} files.");
        foreach (string path in paths)
        {
            using HttpResponseMessage first = await Get(path, "gzip");
            Assert.Equal(HttpStatusCode.OK, first.StatusCode);
            Assert.True(first.Headers.CacheControl?.NoCache, path);
            using HttpResponseMessage again = await Get(path, "gzip", first.Headers.ETag!.Tag);
            Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        }
    }

    [Fact]
    public async Task The_model_is_the_server_s_own_and_there_is_no_other()
    {
        byte[] model = await File.ReadAllBytesAsync(Path.Combine(TestData.Root, "models", "mien-default.int8.onnx"), Cancellation);
        Assert.Equal(model, await served.Client.GetByteArrayAsync("/browser/models/0", Cancellation));
        foreach (string path in (string[])["/browser/models/1", "/browser/models/-1", "/browser/models/x"])
            Assert.Equal(HttpStatusCode.NotFound, (await served.Client.GetAsync(path, Cancellation)).StatusCode);
    }

    [Fact]
    public async Task A_model_whose_file_is_replaced_while_it_is_served_stays_the_one_that_was_opened()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string path = folder.File("model.onnx");
        string eight = Path.Combine(TestData.Root, "models", "mien-fer2013.int8.onnx");
        File.Copy(eight, path);
        await using ServedMien own = await ServedMien.Start(ServerOptions.Default with { Models = [ModelSource.FromFile(path)] });
        await File.WriteAllTextAsync(path, "another", Cancellation);
        Assert.Equal(await File.ReadAllBytesAsync(eight, Cancellation),
            await own.Client.GetByteArrayAsync("/browser/models/0", Cancellation));
    }

    private async Task<HttpResponseMessage> Get(string path, string encoding, string? tag = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.AcceptEncoding.ParseAdd(encoding);
        if (tag is not null)
            request.Headers.IfNoneMatch.ParseAdd(tag);
        return await served.Client.SendAsync(request, Cancellation);
    }
}
