using System.Reflection;
using NSwag;
using NSwag.CodeGeneration.CSharp;

namespace Mien.Server.Tests;

/// <summary>The description that others' tools make clients from.</summary>
public class OpenApiTests(ServedMien served) : IClassFixture<ServedMien>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_that_NSwag_makes_of_the_description_reads_faces_and_model()
    {
        OpenApiDocument document = await OpenApiDocument.FromJsonAsync(await served.Client.GetStringAsync("/openapi/v1.json", Cancellation),
            Cancellation);
        var settings = new CSharpClientGeneratorSettings
        {
            ClassName = "MienClient",
            CSharpGeneratorSettings = { Namespace = "Made",
            JsonLibrary = NJsonSchema.CodeGeneration.CSharp.CSharpJsonLibrary.SystemTextJson }
        };
        Assembly assembly = new CompiledProgram(new CSharpClientGenerator(document, settings).GenerateFile(), library: true).Assembly;

        object client = Activator.CreateInstance(assembly.GetType("Made.MienClient")!, served.Client)!;
        object model = await Call(client, "GetModelAsync");
        Assert.Equal(ServedMien.ModelName, Get(model, "Name"));
        Type request = assembly.GetType("Made.PicturesRequest")!;
        Type data = assembly.GetType("Made.PictureData")!;
        object sent = Activator.CreateInstance(request)!;
        object picture = Activator.CreateInstance(data)!;
        data.GetProperty("Data")!.SetValue(picture, await File.ReadAllBytesAsync(ServedMien.Sample, Cancellation));
        data.GetProperty("Name")!.SetValue(picture, "faces.png");
        var pictures = (System.Collections.IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(data))!;
        pictures.Add(picture);
        request.GetProperty("Pictures")!.SetValue(sent, pictures);

        object answer = await Call(client, "ReadExpressionsAsync", sent);
        object read = ((System.Collections.IEnumerable)Get(answer, "Pictures")!).Cast<object>().Single();
        object[] faces = [.. ((System.Collections.IEnumerable)Get(read, "Faces")!).Cast<object>()];
        Assert.Equal(7, faces.Length);
        Assert.All(faces, face => Assert.Contains((string)Get(face, "Label")!, FacialExpressions.Names));
        Assert.All(faces, face => Assert.Equal(FacialExpressions.Count,
            ((System.Collections.ICollection)Get(face, "Probabilities")!).Count));
    }

    [Fact]
    public async Task Every_endpoint_of_the_API_is_described_with_its_errors()
    {
        OpenApiDocument document = await OpenApiDocument.FromJsonAsync(await served.Client.GetStringAsync("/openapi/v1.json", Cancellation),
            Cancellation);
        Assert.Equal(["/v1/explanations", "/v1/expressions", "/v1/model", "/v1/stream"], document.Paths.Keys.Order());
        OpenApiOperation read = document.Paths["/v1/expressions"]["post"];
        Assert.Equal(["application/json", "application/octet-stream", "image/jpeg", "image/png", "image/webp", "multipart/form-data"],
            read.RequestBody!.Content.Keys.Order());
        Assert.Superset(new HashSet<string> { "200", "413", "415", "422", "429" }, read.Responses.Keys.ToHashSet());
        Assert.All(document.Operations, operation => Assert.NotEmpty(operation.Operation.Summary!));
    }

    /// <summary>Calls a method by name with one argument of its own type; what else it takes is left to the server.</summary>
    private static async Task<object> Call(object client, string method, object? argument = null)
    {
        MethodInfo called = client.GetType().GetMethods().Where(each => each.Name == method).MinBy(each => each.GetParameters().Length)!;
        object?[] arguments = [.. called.GetParameters()
            .Select(parameter => argument is not null && parameter.ParameterType.IsInstanceOfType(argument) ? argument : null)];
        Assert.True(argument is null || arguments.Contains(argument), called.ToString());
        var task = (Task)called.Invoke(client, arguments)!;
        await task;
        return Get(task, "Result")!;
    }

    private static object? Get(object of, string property) => of.GetType().GetProperty(property)!.GetValue(of);
}
