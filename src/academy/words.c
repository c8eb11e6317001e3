/* SPDX-License-Identifier: MIT */
#include "academy/words.h"

#include "academy/language.h"

#include <string.h>

static const char *const table[WORDS][LANGUAGES] = {
	[WORD_GUEST] = {"{name} (guest)", "{name} (invitado)", "{name} (invité)", "{name} (gast)"},
	[WORD_INVITE_SUBJECT] =
		{
			"{site}: your access to Lectern",
			"{site}: su acceso a Lectern",
			"{site} : votre accès à Lectern",
			"{site}: uw toegang tot Lectern",
		},
	[WORD_INVITE_TEXT] =
		{
			"Dear {name},\n\n{site} has made a place for you. Open this link to "
			"begin:\n\n"
			"{link}\n\nIf you have a password for Lectern already, it will ask for "
			"that one.\n"
			"The link works once, for 14 days.\n",
			"Estimado/a {name}:\n\n{site} le ha reservado una plaza. Abra este enlace "
			"para "
			"empezar:\n\n{link}\n\nSi ya tiene una contraseña de Lectern, se le pedirá "
			"esa.\n"
			"El enlace funciona una sola vez, durante 14 días.\n",
			"Bonjour {name},\n\n{site} vous a réservé une place. Ouvrez ce lien pour "
			"commencer :\n\n{link}\n\nSi vous avez déjà un mot de passe Lectern, c'est "
			"celui "
			"qui sera demandé.\nLe lien fonctionne une seule fois, pendant 14 jours.\n",
			"Beste {name},\n\n{site} heeft een plaats voor u gemaakt. Open deze link "
			"om te "
			"beginnen:\n\n{link}\n\nHebt u al een wachtwoord voor Lectern, dan wordt "
			"daarom "
			"gevraagd.\nDe link werkt één keer, 14 dagen lang.\n",
		},
	[WORD_RESET_SUBJECT] =
		{
			"{site}: choose a new password",
			"{site}: elija una contraseña nueva",
			"{site} : choisissez un nouveau mot de passe",
			"{site}: kies een nieuw wachtwoord",
		},
	[WORD_RESET_TEXT] =
		{
			"Dear {name},\n\nan administrator of {site} lets you choose a new "
			"password:\n\n"
			"{link}\n\nThe link works once, for 24 hours. Until then your old password "
			"stays "
			"as it is.\n",
			"Estimado/a {name}:\n\nla administración de {site} le permite elegir una "
			"contraseña nueva:\n\n{link}\n\nEl enlace funciona una sola vez, durante "
			"24 horas. "
			"Hasta entonces su contraseña anterior sigue igual.\n",
			"Bonjour {name},\n\nl'administration de {site} vous permet de choisir un "
			"nouveau "
			"mot de passe :\n\n{link}\n\nLe lien fonctionne une seule fois, pendant 24 "
			"heures. "
			"D'ici là, votre ancien mot de passe reste valable.\n",
			"Beste {name},\n\neen beheerder van {site} laat u een nieuw wachtwoord "
			"kiezen:\n\n{link}\n\nDe link werkt één keer, 24 uur lang. Tot dan blijft "
			"uw oude "
			"wachtwoord zoals het is.\n",
		},
	[WORD_CHANGED_SUBJECT] =
		{
			"Your Lectern password was changed",
			"Se cambió su contraseña de Lectern",
			"Votre mot de passe Lectern a été changé",
			"Uw wachtwoord voor Lectern is gewijzigd",
		},
	[WORD_CHANGED_TEXT] =
		{
			"Dear {name},\n\nyour password was changed, and you were signed out "
			"everywhere "
			"else. If it was not you, tell an administrator of {site} at once.\n",
			"Estimado/a {name}:\n\nse cambió su contraseña y se cerraron sus otras "
			"sesiones. "
			"Si no fue usted, avise enseguida a la administración de {site}.\n",
			"Bonjour {name},\n\nvotre mot de passe a été changé et vos autres "
			"connexions ont "
			"été fermées. Si ce n'était pas vous, prévenez tout de suite "
			"l'administration de "
			"{site}.\n",
			"Beste {name},\n\nuw wachtwoord is gewijzigd en u bent overal elders "
			"afgemeld. Was u "
			"dat niet, waarschuw dan meteen een beheerder van {site}.\n",
		},
};

struct out {
	char *text;
	size_t len, room;
};

static void put(struct out *out, const char *text, size_t len)
{
	while (len > 0 && out->len + len >= out->room)
		len--;
	/* Never half a character. */
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	memcpy(out->text + out->len, text, len);
	out->len += len;
	out->text[out->len] = '\0';
}

/* What stands at `at`, "{name}" say; 0: none of those. */
static size_t field(const char *at, const struct words *words, const char **ret_text)
{
	const struct {
		const char *mark, *text;
	} fields[] = {{"{name}", words->name}, {"{site}", words->site}, {"{link}", words->link}};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		size_t len = strlen(fields[i].mark);

		if (strncmp(at, fields[i].mark, len) == 0) {
			*ret_text = fields[i].text;
			return len;
		}
	}
	return 0;
}

const char *words_fill(
	const char *language, enum word word, const struct words *words, char *out, size_t room)
{
	const char *at = table[word][language_column(language)], *text = "";
	struct out filled = {.text = out, .room = room};

	out[0] = '\0';
	while (*at) {
		size_t plain = strcspn(at, "{"), len;

		put(&filled, at, plain);
		at += plain;
		len = *at ? field(at, words, &text) : 0;
		if (len > 0)
			put(&filled, text, strlen(text));
		else if (*at)
			put(&filled, at, len = 1);
		at += len;
	}
	return out;
}
