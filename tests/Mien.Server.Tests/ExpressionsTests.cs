using System.Net;
using System.Net.Http.Json;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Mien.Detection;
using Mien.Imaging;
using Mien.Server.Answers;
using Mien.TestSupport;

namespace Mien.Server.Tests;

public class ExpressionsTests(ServedMien served) : IClassFixture<ServedMien>
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectRequiredConstructorParameters = true };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_picture_as_the_body_gives_the_faces_that_the_library_finds_in_the_same_JSON_as_predict()
    {
        JsonElement answer = await ServedMien.Json(await Post(ServedMien.SampleContent()));
        JsonElement picture = answer.GetProperty("pictures").EnumerateArray().Single();
        using var recognizer = ExpressionRecognizer.CreateDefault(ServerOptions.Default.Recognizer);
        IReadOnlyList<Face> expected = recognizer.Recognize(ServedMien.Sample);
        Assert.Equal(7, expected.Count);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            FaceJson.WritePicture(json, "picture", picture.GetProperty("width").GetInt32(), picture.GetProperty("height").GetInt32(),
                expected, null);
            json.WriteEndObject();
        }

        // Faces of one batch may share it with others: the last digit can differ.
        JsonElement written = JsonSerializer.Deserialize<JsonElement>(buffer.ToArray());
        Assert.Equal(Keys(written), Keys(picture));
        foreach ((JsonElement one, Face other) in picture.GetProperty("faces").EnumerateArray().Zip(expected))
        {
            Assert.Equal(other.Label, one.GetProperty("label").GetString());
            Assert.Equal(other.Confidence, one.GetProperty("confidence").GetSingle(), 1e-5f);
            Assert.Equal(other.Box.X, one.GetProperty("box").GetProperty("x").GetSingle(), 1e-3f);
        }
    }

    [Fact]
    public async Task A_server_told_to_search_at_any_rotation_finds_faces_on_their_heads()
    {
        await using ServedMien turning = await ServedMien.Start(ServerOptions.Default with
        {
            Recognizer = ServerOptions.Default.Recognizer with { Detector = DetectorOptions.Default with { AnyRotation = true } },
        });
        byte[] png = new TurnedPicture(Picture.Load(ServedMien.Sample), 180).Picture.ToPng();
        JsonElement answer = await ServedMien.Json(await turning.Client.PostAsync("/v1/expressions", ServedMien.Content(png, "image/png"),
            Cancellation));
        JsonElement[] faces = [.. answer.GetProperty("pictures")[0].GetProperty("faces").EnumerateArray()];
        Assert.Equal(7, faces.Length);
        Assert.All(faces, face => Assert.InRange(Math.Abs(face.GetProperty("quality").GetProperty("roll").GetSingle()), 165, 180));
    }

    [Fact]
    public async Task The_documented_types_read_an_answer_without_anything_missing_or_left_over()
    {
        using var form = new MultipartFormDataContent { { ServedMien.SampleContent(), "pictures", "a.png" },
            { ServedMien.Content([1, 2, 3], "image/png"), "pictures", "b.png" } };
        ExpressionsAnswer answer = (await (await Post(form, "?annotate=true"))
            .Content.ReadFromJsonAsync<ExpressionsAnswer>(Strict, Cancellation))!;
        Assert.Equal(ServedMien.ModelName, answer.Model);
        Assert.Equal(["a.png", "b.png"], answer.Pictures.Select(picture => picture.File));
        Assert.Equal(7, answer.Pictures[0].Faces!.Count);
        Assert.All(answer.Pictures[0].Faces!, face => Assert.Equal(1, face.Probabilities.Values.Sum(), 1e-4f));
        Assert.StartsWith("data:image/jpeg;base64,", answer.Pictures[0].Annotated!, StringComparison.Ordinal);
        Assert.Null(answer.Pictures[1].Faces);
        Assert.StartsWith("b.png: not a picture", answer.Pictures[1].Error, StringComparison.Ordinal);
        ModelAnswer model = (await served.Client.GetFromJsonAsync<ModelAnswer>("/v1/model", Strict, Cancellation))!;
        Assert.Equal(FacialExpressions.Names, model.Classes.Select(each => each.Label));
    }

    [Fact]
    public async Task Form_JSON_and_body_give_the_same_faces()
    {
        byte[] bytes = await File.ReadAllBytesAsync(ServedMien.Sample, Cancellation);
        using var form = new MultipartFormDataContent { { ServedMien.SampleContent(), "pictures", "faces.png" } };
        JsonElement[] answers =
        [
            await ServedMien.Json(await Post(ServedMien.SampleContent())),
            await ServedMien.Json(await Post(form)),
            await ServedMien.Json(await Post(JsonContent.Create(new { pictures = new[] { new { name = "faces.png", data = bytes } } }))),
        ];
        string[][] labels = [.. answers.Select(answer => answer.GetProperty("pictures")[0].GetProperty("faces").EnumerateArray()
            .Select(face => face.GetProperty("label").GetString()!).ToArray())];
        Assert.Equal(7, labels[0].Length);
        Assert.Equal(labels[0], labels[1]);
        Assert.Equal(labels[0], labels[2]);
        Assert.Equal("faces.png", answers[1].GetProperty("pictures")[0].GetProperty("file").GetString());
        Assert.Equal("faces.png", answers[2].GetProperty("pictures")[0].GetProperty("file").GetString());
    }

    [Theory]
    [InlineData("image/png")]
    [InlineData("image/jpeg")]
    public async Task Annotate_with_Accept_of_a_picture_gives_the_picture_back_with_boxes(string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post,
            "/v1/expressions?annotate=true")
        { Content = ServedMien.SampleContent() };
        request.Headers.Accept.ParseAdd(accept);
        HttpResponseMessage answer = await served.Client.SendAsync(request, Cancellation);
        Assert.Equal(accept, answer.Content.Headers.ContentType?.MediaType);
        var annotated = Picture.Load(await answer.Content.ReadAsStreamAsync(Cancellation));
        var original = Picture.Load(ServedMien.Sample);
        Assert.Equal((original.Width, original.Height), (annotated.Width, annotated.Height));
        // Seven boxes are drawn into it.
        int changed = original.ToRgba().Zip(annotated.ToRgba()).Count(pair => Math.Abs(pair.First - pair.Second) > 60);
        Assert.True(changed > 7 * 4 * 100, $"{changed} bytes differ.");
    }

    [Fact]
    public async Task A_file_that_is_no_picture_is_named_and_the_cure_with_it()
    {
        string detail = await ServedMien.Problem(await Post(ServedMien.Content([1, 2, 3], "image/jpeg")), 422);
        Assert.Equal("picture: not a picture that can be read. Expected JPEG, PNG, WebP, BMP, GIF, TIFF or PPM.", detail);
    }

    [Theory]
    [InlineData("text/plain", "abc", 415, "Content-Type image/jpeg")]
    [InlineData("application/x-www-form-urlencoded", "a=b", 415, "Content-Type image/jpeg")]
    [InlineData("application/json", "{", 400, "base64")]
    [InlineData("application/json", "null", 400, "base64")]
    [InlineData("application/json", "{\"pictures\":[null]}", 400, "base64")]
    [InlineData("application/json", "{\"pictures\":[{\"data\":\"data:image/png;base64,AAAA\"}]}", 400, "without a data: prefix")]
    [InlineData("application/json", "{\"pictures\":[]}", 400, "at least one picture")]
    [InlineData("multipart/form-data", "abc", 400, "boundary")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"\r\n\r\nabc", 400,
        "cut off")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"size\"\r\n\r\n5\r\n--x--\r\n", 400,
        "`size` has no file name")]
    public async Task A_wrong_body_is_told_what_to_send(string type, string body, int status, string says) =>
        Assert.Contains(says, await ServedMien.Problem(await Post(ServedMien.Content(System.Text.Encoding.UTF8.GetBytes(body), type)),
            status), StringComparison.Ordinal);

    [Fact]
    public async Task A_name_with_letters_of_every_kind_comes_back_as_it_was_sent()
    {
        using var form = new MultipartFormDataContent { { ServedMien.Content(ServedMien.Blank(), "image/png"), "pictures",
            "Grüße 家.png" } };
        JsonElement answer = await ServedMien.Json(await Post(form));
        Assert.Equal("Grüße 家.png", answer.GetProperty("pictures")[0].GetProperty("file").GetString());
    }

    [Fact]
    public async Task An_explanation_shows_face_Grad_CAM_and_occlusion_map_of_the_face_that_is_asked_for()
    {
        JsonElement read = await ServedMien.Json(await Post(ServedMien.SampleContent()));
        for (int place = 0; place < 7; place += 3)
        {
            JsonElement answer = await ServedMien.Json(await served.Client.PostAsync($"/v1/explanations?face={place}",
                ServedMien.SampleContent(), Cancellation));
            Assert.Equal(read.GetProperty("pictures")[0].GetProperty("faces")[place].GetProperty("label").GetString(),
                answer.GetProperty("label").GetString());
            Picture[] maps = [.. ((string[])["face", "gradCam", "occlusion"])
                .Select(name => Picture.Load(new MemoryStream(Convert.FromBase64String(answer.GetProperty(name)
                .GetString()!.Split(',')[1]))))];
            Assert.All(maps, map => Assert.Equal(192, map.Width));
            Assert.NotEqual(maps[0].ToRgba(), maps[1].ToRgba());
            Assert.NotEqual(maps[1].ToRgba(), maps[2].ToRgba());
        }

        Assert.Contains("0 to 6", await ServedMien.Problem(await served.Client.PostAsync("/v1/explanations?face=7",
            ServedMien.SampleContent(), Cancellation), 422), StringComparison.Ordinal);
        Assert.Contains("No face", await ServedMien.Problem(await served.Client.PostAsync("/v1/explanations",
            ServedMien.Content(ServedMien.Blank(), "image/png"), Cancellation), 422), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pictures_that_come_at_once_share_the_network_s_batches()
    {
        var batches = new System.Collections.Concurrent.ConcurrentBag<int>();
        using var hold = new ManualResetEventSlim();
        await using ServedMien one = await ServedMien.Start(ServerOptions.Default with
        {
            Recognizer = ServerOptions.Default.Recognizer with { FaceMode = FaceMode.Cropped },
            Batch = ServerOptions.Default.Batch with { Workers = 1, Classified = (pictures, _) => { batches.Add(pictures); hold.Wait(); } },
        });
        Task<HttpResponseMessage>[] answers = [.. Enumerable.Range(0, 12)
            .Select(_ => one.Client.PostAsync("/v1/expressions", ServedMien.Content(ServedMien.Blank(), "image/png"), Cancellation))];
        // The first batch is held until all have come: what waits then is read together.
        FaceReader reader = one.App.Services.GetRequiredService<FaceReader>();
        while (reader.Held < 12)
            await Task.Delay(20, Cancellation);
        hold.Set();
        Assert.All(await Task.WhenAll(answers), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(12, batches.Sum());
        Assert.Contains(batches, pictures => pictures > 1);
    }

    [Fact]
    public async Task Health_readiness_metrics_and_reference_answer()
    {
        Assert.Equal("Healthy", await served.Client.GetStringAsync("/healthz", Cancellation));
        Assert.Equal("Healthy", await served.Client.GetStringAsync("/readyz", Cancellation));
        await Post(ServedMien.SampleContent());
        string metrics = await served.Client.GetStringAsync("/metrics", Cancellation);
        foreach (string name in (string[])["mien_pictures_total", "mien_faces_total", "mien_read_duration_seconds_bucket",
            "mien_batch_faces_bucket", "mien_queue_pictures", "http_server_request_duration_seconds", "dotnet_gc"])
            Assert.Contains(name, metrics, StringComparison.Ordinal);
        foreach (string label in FacialExpressions.Names)
            Assert.DoesNotContain($"\"{label}\"", metrics, StringComparison.Ordinal);
        Assert.Contains("openapi/v1.json", await served.Client.GetStringAsync("/reference/", Cancellation), StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> Post(HttpContent content, string query = "") =>
        served.Client.PostAsync("/v1/expressions" + query, content, Cancellation);

    private static List<string> Keys(JsonElement element, string path = "") => element.ValueKind switch
    {
        JsonValueKind.Object => [.. element.EnumerateObject()
            .SelectMany(property => (IEnumerable<string>)[$"{path}/{property.Name}", .. Keys(property.Value, $"{path}/{property.Name}")])],
        JsonValueKind.Array => [.. element.EnumerateArray().SelectMany((item, place) => Keys(item, $"{path}/{place}"))],
        _ => [],
    };
}
