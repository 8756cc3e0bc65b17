// Draws the packages' icon: a face of circles and arcs in a ring of the colors of FER2013's seven expressions.
//
//   dotnet run assets/icon.cs
#:project ../src/Mien/Mien.csproj
#:property PublishAot=false

using System.Runtime.CompilerServices;
using Mien;
using SkiaSharp;

const int Side = 128;
const float Middle = Side / 2f;
const float Ring = 54;

using var bitmap = new SKBitmap(Side, Side, SKColorType.Rgba8888, SKAlphaType.Premul);
using var canvas = new SKCanvas(bitmap);
using var pen = new SKPaint { IsAntialias = true, IsStroke = true, StrokeWidth = 13 };
canvas.Clear(SKColors.Transparent);
float turn = 360f / FacialExpressions.Fer2013Names.Count;
for (int i = 0; i < FacialExpressions.Fer2013Names.Count; i++)
{
    pen.Color = SKColor.Parse(Palette.Of((FacialExpression)i));
    using var arc = new SKPathBuilder();
    arc.AddArc(SKRect.Create(Middle - Ring, Middle - Ring, 2 * Ring, 2 * Ring), -90 + i * turn + 2, turn - 4);
    using SKPath segment = arc.Detach();
    canvas.DrawPath(segment, pen);
}

using var paint = new SKPaint { IsAntialias = true, Color = SKColor.Parse("#F7F4EE") };
canvas.DrawCircle(Middle, Middle, 43, paint);
paint.Color = SKColor.Parse("#333333");
canvas.DrawCircle(Middle - 15, Middle - 10, 5.5f, paint);
canvas.DrawCircle(Middle + 15, Middle - 10, 5.5f, paint);
pen.Color = paint.Color;
pen.StrokeWidth = 6;
pen.StrokeCap = SKStrokeCap.Round;
using var smile = new SKPathBuilder();
smile.AddArc(SKRect.Create(Middle - 22, Middle - 18, 44, 42), 25, 130);
using SKPath mouth = smile.Detach();
canvas.DrawPath(mouth, pen);

using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
File.WriteAllBytes(Path.Combine(Path.GetDirectoryName(Here())!, "icon.png"), png.ToArray());

static string Here([CallerFilePath] string path = "") => path;
