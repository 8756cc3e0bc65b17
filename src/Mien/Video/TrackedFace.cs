namespace Mien.Video;

/// <summary>A face of one frame, known from the frames before.</summary>
/// <param name="Track">Its number, from 1, the same as long as it is followed.</param>
/// <param name="Time">The frame's time.</param>
/// <param name="Face">Where it is in this frame; probabilities smoothed over time.</param>
public sealed record TrackedFace(int Track, TimeSpan Time, Face Face);
