using Mien;
using Mien.Load;

LoadOptions options = LoadOptions.Parse(args);
byte[] picture = options.Picture();
Console.WriteLine($"{picture.Length / 1024.0:F0} KB a picture, {Environment.ProcessorCount} cores, {options.Clients} clients, "
    + $"{options.Requests} requests");

// The library alone first, the server after: side by side they would take each other's cores. Twice each, in turns, since
// a machine is seldom quiet.
double best = 0, served = 0;
LoadFigures? figures = null;
for (int turn = 0; turn < options.Turns; turn++)
{
    double library = await LibraryRun.Measure(picture, Math.Min(options.Requests, 1000));
    best = Math.Max(best, library);
    await using ServerProcess server = await ServerProcess.Start(options);
    LoadFigures measured = await LoadRun.Measure(server, picture, options);
    Console.WriteLine($"turn {turn + 1}: library {library:F1} pictures a second, server {measured.PerSecond:F1} "
        + $"({measured.PerSecond / library * 100:F0} %)");
    if (measured.PerSecond > served)
        (served, figures) = (measured.PerSecond, measured);
}

Console.WriteLine($"library's batches {best:F1} a second, server {served:F1}: {served / best * 100:F0} %");
Console.WriteLine(figures!);
return 0;
