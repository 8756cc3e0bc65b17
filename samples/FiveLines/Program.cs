using Mien;

using var recognizer = ExpressionRecognizer.CreateDefault();
foreach (Face face in recognizer.Recognize(args[0]))
    Console.WriteLine($"{face.Box} {face.Label} {face.Confidence:P0}");
