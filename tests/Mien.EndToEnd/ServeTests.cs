using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Mien.TestSupport;

namespace Mien.EndToEnd;

public class ServeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SIGTERM_lets_the_server_finish_what_it_accepted_and_its_log_says_nothing_of_faces()
    {
        Assert.SkipUnless(File.Exists("/bin/kill"), "No kill to send SIGTERM with.");
        using Process process = MienProcess.Start("serve", "--port", "0", "--model", "default");
        Task<string> log = process.StandardError.ReadToEndAsync(Cancellation);
        string line = (await process.StandardOutput.ReadLineAsync(Cancellation))!;
        Assert.StartsWith("Mien serves on http://", line, StringComparison.Ordinal);
        using var client = new HttpClient { BaseAddress = new Uri(line.Split(' ')[^1]) };
        Assert.True(client.BaseAddress.IsLoopback);
        byte[] bytes = await File.ReadAllBytesAsync(Path.Combine(TestData.Root, "samples", "average-faces.png"), Cancellation);
        Task<HttpResponseMessage> Post()
        {
            var form = new MultipartFormDataContent();
            for (int i = 0; i < 16; i++)
            {
                var picture = new ByteArrayContent(bytes);
                picture.Headers.ContentType = new MediaTypeHeaderValue("image/png");
                form.Add(picture, "pictures", $"secret-{i}.png");
            }

            return client.PostAsync("/v1/expressions", form, Cancellation);
        }

        (await Post()).EnsureSuccessStatusCode();
        Task<HttpResponseMessage> accepted = Post();
        // Sixteen pictures take long enough for the signal to come while they are read.
        while (!(await client.GetStringAsync("/metrics", Cancellation)).Split('\n')
            .Any(text => text.StartsWith("mien_queue_pictures", StringComparison.Ordinal)
            && !text.Contains("} 0 ", StringComparison.Ordinal)))
            Assert.False(accepted.IsCompleted, "It was read before the signal could be sent.");
        Process.Start("/bin/kill", ["-TERM", $"{process.Id}"])!.WaitForExit();
        Assert.Equal(HttpStatusCode.OK, (await accepted).StatusCode);
        await process.WaitForExitAsync(Cancellation);
        Assert.Equal(0, process.ExitCode);
        string said = await log;
        foreach (string word in (string[])["secret", "happy", "face", "png"])
            Assert.DoesNotContain(word, said, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_port_that_is_taken_and_a_model_that_is_not_there_are_named()
    {
        using var taken = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string port = $"{((IPEndPoint)taken.LocalEndpoint).Port}";
        (int exit, _, string error) = MienProcess.Run("serve", "--port", port);
        Assert.Equal(1, exit);
        Assert.Contains($"--port {port}: can't be listened on", error, StringComparison.Ordinal);
        (exit, _, error) = MienProcess.Run("serve", "--port", "0", "--model", "nowhere.onnx");
        Assert.Equal(1, exit);
        Assert.Contains("nowhere.onnx: not found", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }
}
