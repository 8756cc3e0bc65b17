using Mien.TestSupport;
using Mien.Training.Runs;

namespace Mien.Training.Tests.Runs;

public class RecipeTests
{
    public static TheoryData<string> Names => [.. Recipe.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_recipe_of_Miens_reads_by_its_name_and_never_learns_from_copies_of_test_faces(string name)
    {
        TrainingOptions recipe = Recipe.Read(name);
        (recipe with { FerPlus = "votes.csv" }).Validate();
        Assert.NotEqual(TrainingOptions.Default, recipe);
        Assert.True(recipe.DropCopies);
    }

    [Fact]
    public void Quick_is_one_of_them() => Assert.Contains("quick", Recipe.Names);

    [Fact]
    public void The_bundled_models_recipe_asks_for_the_votes_when_a_run_begins()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        var error = Assert.Throws<MienException>(() => Trainer.Begin(new RunFolder(folder.File("run")), TrainerTests.Table(), "made up", Recipe.Read("bundled")));
        Assert.Contains("--ferplus fer2013new.csv", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("run")));
    }

    [Fact]
    public void A_name_that_is_neither_recipe_nor_file_is_answered_with_the_names()
    {
        var error = Assert.Throws<MienException>(() => Recipe.Read("quickest"));
        Assert.StartsWith("quickest: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("quick", error.Message["quickest: ".Length..], StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_may_have_comments_and_changes_what_it_names_alone()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        TrainingOptions recipe = Recipe.Read(folder.Write("mine.json", """
            // shorter
            { "epochs": 3, "augmentation": { "rotation": 1 } }
            """));
        Assert.Equal(TrainingOptions.Default with { Epochs = 3, Augmentation = TrainingOptions.Default.Augmentation with { Rotation = 1 } }, recipe with { Teachers = TrainingOptions.Default.Teachers });
    }
}
