using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;

namespace Mien.Training.Build;

/// <summary>
/// Marks the version need GLIBCXX_3.4.32 of libLibTorchSharp.so as weak, so that it loads with GCC 12's libstdc++.
/// </summary>
/// <remarks>
/// TorchSharp 0.107.0 names that version only for _ZSt21ios_base_library_initv, which no relocation uses; Debian 12 and
/// Ubuntu 22.04 stop at 3.4.30 and refuse the file. One 16-bit field changes (vna_flags |= VER_FLG_WEAK, gABI "Symbol
/// Versioning"), in the copy in the output folder. Any other file is left as it is.
/// </remarks>
public sealed class WeakenGlibcxx : Microsoft.Build.Utilities.Task
{
    private const string Version = "GLIBCXX_3.4.32";
    private const uint SectionGnuVerneed = 0x6ffffffe;
    private const ushort Weak = 2;

    /// <summary>The copies to look at; those that don't exist are passed over.</summary>
    [Required]
    public ITaskItem[] Files { get; set; } = [];

    /// <inheritdoc/>
    public override bool Execute()
    {
        foreach (ITaskItem file in Files)
        {
            string path = file.GetMetadata("FullPath");
            if (!File.Exists(path))
                continue;
            byte[] image = File.ReadAllBytes(path);
            if (!Weaken(image))
                continue;
            // A new file moved into place: another build, or a process that has the old one mapped, is not disturbed.
            string temporary = path + "." + Guid.NewGuid().ToString("N");
            try
            {
                File.WriteAllBytes(temporary, image);
                // With the original's time the copy counts as up to date: the next build does not write over it in
                // place, under a program that runs from this folder.
                File.SetLastWriteTimeUtc(temporary, File.GetLastWriteTimeUtc(path));
                File.Replace(temporary, path, null);
            }
            finally
            {
                File.Delete(temporary);
            }

            Log.LogMessage(MessageImportance.Low, "{0}: need for {1} marked weak", path, Version);
        }

        return true;
    }

    /// <summary>Sets the flag in a 64-bit little-endian ELF image.</summary>
    /// <returns>Whether the image changed: false where it is no such image, lacks the need, or is weak already.</returns>
    public static bool Weaken(byte[] image)
    {
        try
        {
            if (image.Length < 64 || BitConverter.ToUInt32(image, 0) != 0x464c457f || image[4] != 2 || image[5] != 1)
                return false;
            long sections = Offset(image, 0x28);
            int count = BitConverter.ToUInt16(image, 0x3c);
            for (int i = 0; i < count; i++)
            {
                long header = sections + i * 64L;
                if (UInt32(image, header + 4) != SectionGnuVerneed)
                    continue;
                long names = Offset(image, sections + UInt32(image, header + 40) * 64L + 24);
                return WeakenNeeds(image, Offset(image, header + 24), names);
            }

            return false;
        }
        catch (ArgumentException)
        {
            // An offset outside the image: damaged, and not ours to mend.
            return false;
        }
    }

    private static bool WeakenNeeds(byte[] image, long need, long names)
    {
        while (true)
        {
            int count = UInt16(image, need + 2);
            long entry = need + UInt32(image, need + 8);
            for (int i = 0; i < count; i++)
            {
                if (NameIs(image, names + UInt32(image, entry + 8), Version))
                {
                    ushort value = UInt16(image, entry + 4);
                    BitConverter.GetBytes((ushort)(value | Weak)).CopyTo(image, (int)entry + 4);
                    return (value & Weak) == 0;
                }

                entry += UInt32(image, entry + 12);
            }

            uint next = UInt32(image, need + 12);
            if (next == 0)
                return false;
            need += next;
        }
    }

    private static bool NameIs(byte[] image, long at, string name)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(name + "\0");
        for (int i = 0; i < bytes.Length; i++)
        {
            if (at + i >= image.Length || image[at + i] != bytes[i])
                return false;
        }

        return true;
    }

    private static ushort UInt16(byte[] image, long at) => BitConverter.ToUInt16(image, InRange(image, at));

    private static uint UInt32(byte[] image, long at) => BitConverter.ToUInt32(image, InRange(image, at));

    private static long Offset(byte[] image, long at) => InRange(image, BitConverter.ToInt64(image, InRange(image, at)));

    private static int InRange(byte[] image, long at) => at >= 0 && at < image.Length
        ? (int)at
        : throw new ArgumentException("outside the image", nameof(at));
}
