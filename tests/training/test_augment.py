from nghiquyet.checkpoint import Checkpoint
from nghiquyet_training import augment
from nghiquyet_training.articles import Article
from nghiquyet_training.config import AugmentationConfig
from nghiquyet_training.examples import examples


def test_without_augmentation_one_epoch_stands_for_all(model: Checkpoint, seeds: list[Article]) -> None:
    assert augment.epochs(seeds, model, AugmentationConfig(), 6, seed=13) == (
        [examples(seeds, model)[0]],
        examples(seeds, model)[1],
    )


def test_each_epoch_has_each_article_once_as_given_or_in_one_other_form(model: Checkpoint, seeds: list[Article]) -> None:
    settings = AugmentationConfig(upper_case=0.3, lower_case=0.2, without_diacritics=0.3)
    epochs, alignment = augment.epochs(seeds, model, settings, 8, seed=13)
    assert alignment == examples(seeds, model)[1]
    forms = {name: [examples([form(article)], model)[0] for article in seeds] for name, form in augment.FORMS.items()}
    forms["as given"] = [examples([article], model)[0] for article in seeds]
    met = set()
    for epoch in epochs:
        for number in range(len(seeds)):
            name = next(name for name, windows in forms.items() if epoch[: len(windows[number])] == windows[number])
            met.add(name)
            epoch = epoch[len(forms[name][number]) :]
        assert not epoch
    assert met == set(forms)


def test_the_same_seed_draws_the_same_and_another_another(model: Checkpoint, seeds: list[Article]) -> None:
    settings = AugmentationConfig(upper_case=0.5)
    first, again, other = (augment.epochs(seeds, model, settings, 3, seed)[0] for seed in (1, 1, 2))
    assert first == again != other


def test_the_whole_may_come_in_another_form(model: Checkpoint, seeds: list[Article]) -> None:
    epochs, _ = augment.epochs(seeds, model, AugmentationConfig(lower_case=1), 1, seed=13)
    assert epochs == [examples([augment.FORMS["lower_case"](article) for article in seeds], model)[0]]


def test_other_names_are_drawn_anew_each_epoch(model: Checkpoint, seeds: list[Article]) -> None:
    settings = AugmentationConfig(other_names=1)
    (first, second), alignment = augment.epochs(seeds, model, settings, 2, seed=13)
    assert alignment == examples(seeds, model)[1]
    assert first != second
    assert augment.epochs(seeds, model, settings, 2, seed=13)[0] == [first, second]
    tags = [sum(label % 2 == 1 for label in window.labels) for window in first]
    assert sum(tags) == sum(label % 2 == 1 for window in examples(seeds, model)[0] for label in window.labels)
