using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Mien.Server.Answers;

namespace Mien.Server.Endpoints;

/// <summary>What OpenAPI can't see in a handler that reads its body itself.</summary>
internal static class Descriptions
{
    public static RouteHandlerBuilder DescribePictures(this RouteHandlerBuilder endpoint, bool annotate) =>
        endpoint.AddOpenApiOperationTransformer(async (operation, context, cancellationToken) =>
    {
        // By name, so that tools make a type of each.
        OpenApiDocument document = context.Document!;
        OpenApiSchema request = await context.GetOrCreateSchemaAsync(typeof(PicturesRequest), null, cancellationToken);
        document.AddComponent(nameof(PictureData), await context.GetOrCreateSchemaAsync(typeof(PictureData), null, cancellationToken));
        ((OpenApiSchema)request.Properties!["pictures"]).Items = new OpenApiSchemaReference(nameof(PictureData), document);
        document.AddComponent(nameof(PicturesRequest), request);
        IOpenApiSchema json = new OpenApiSchemaReference(nameof(PicturesRequest), document);
        IOpenApiSchema File() => new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
        var form = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["pictures"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Array,
                    Items = File()
                }
            },
        };
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Description = $"{Imaging.Picture.Formats}.",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/json"] = new OpenApiMediaType { Schema = json },
                ["multipart/form-data"] = new OpenApiMediaType { Schema = form },
                ["image/jpeg"] = new OpenApiMediaType { Schema = File() },
                ["image/png"] = new OpenApiMediaType { Schema = File() },
                ["image/webp"] = new OpenApiMediaType { Schema = File() },
                ["application/octet-stream"] = new OpenApiMediaType { Schema = File() },
            },
        };
        operation.Parameters ??= [];
        operation.Parameters.Add(annotate
            ? new OpenApiParameter
            {
                Name = "annotate",
                In = ParameterLocation.Query,
                Description = "Give the picture back with boxes and labels: as `annotated` in the JSON, or as the answer itself where "
                    + "Accept is image/jpeg or image/png.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.Boolean, Default = JsonValue.Create(false) },
            }
            : new OpenApiParameter
            {
                Name = "face",
                In = ParameterLocation.Query,
                Description = "Which of the faces that /v1/expressions gives, from 0.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Default = JsonValue.Create(0) },
            });
    });
}
