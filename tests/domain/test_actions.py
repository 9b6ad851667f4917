from shared.domain.actions import action_words


def test_an_action_is_called_as_its_button_is() -> None:
    assert action_words("ins") == action_words("INS") == "Get it now"
    assert action_words("DNC") == "Do not contact (heads-up only)"


def test_an_unknown_action_stands_for_itself() -> None:
    assert action_words("Teleport") == "Teleport"
