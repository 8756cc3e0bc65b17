using Mien.Training.Evaluation;

namespace Mien.Training.Tests.Evaluation;

public class ReadingSkillTests
{
    [Fact]
    public void One_answer_for_all_faces_is_chance_however_common_it_is()
    {
        byte[] labels = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i < 950 ? 0 : i % 3))];
        float[] always = [.. labels.SelectMany(_ => (float[])[0.8f, 0.1f, 0.1f])];
        var skill = ReadingSkill.Of(always, labels, 3);
        Assert.Equal((1.0 / 3, 1.0 / 3, 1000), (skill.MeanRecall, skill.Chance, skill.Count));
        Assert.True(skill.IsNearChance);
    }

    [Theory]
    [InlineData(0.62, 7, 1000, false)]
    [InlineData(0.3, 7, 1000, true)]
    [InlineData(0.62, 2, 1000, false)]
    [InlineData(0.62, 2, 40, true)]
    [InlineData(0.9, 2, 40, false)]
    public void Nearness_depends_on_classes_and_faces(double recall, int classes, int count, bool near) =>
        Assert.Equal(near, new ReadingSkill(recall, 1.0 / classes, count).IsNearChance);
}
