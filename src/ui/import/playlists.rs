//! Playlists by their links: what is pasted, the services' terms, and the way to a login at Spotify.

use eframe::egui::{self, RichText, TextEdit, Ui};

use crate::app::{Command, LoginUnder, PlaylistForm};
use crate::sources::services::{
    KnownLogin, Links, ORIGINAL_PLAYLISTS, REDIRECT_ADDRESS, ServiceKind, TERMS, parse_links,
};
use crate::study::{Rejected, plural};
use crate::ui::Panel;
use crate::ui::icons::Icon;
use crate::ui::theme::{self, GAP, palette};
use crate::ui::widgets::{FIELD_LABEL, card, describe, focus_ring, notice, secondary, text_field, tick};

/// In less room, in points, the buttons begin at the edge.
const NARROW: f32 = 520.0;
/// Bad links that are told one by one.
const TOLD: usize = 4;

/// The steps of the set-up, in words of the dashboard.
const STEPS: [&str; 4] = [
    "On developer.spotify.com/dashboard, sign in with an account that has Premium and choose Create app. Any name will do.",
    "As redirect URI give exactly the address below, and tick Web API. Then save.",
    "Under User Management, add the name and e-mail address of each account that will log in: five at most.",
    "Copy the app's Client ID from its settings into the field below, and log in: your browser opens.",
];

const LIMITS: &str = "Since February 2026, new apps are given only playlists that the logged-in account owns or helps to \
                      keep, and no popularity. For other playlists, copy their tracks into one of your own; for \
                      popularity, use a spreadsheet, Deezer, or an app with extended quota.";

const ORIGINAL: &str = "Most of the 2022 study's playlists are Spotify's own, which it no longer gives to new apps. Copies \
                        of them in your own account work.";

/// Draws the cards.
pub(super) fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    unfinished(ui, panel);
    let links = parse_links(&panel.state.playlist_form.links, None);
    card(ui, "Playlists from Spotify or Deezer", |ui| {
        field(ui, &mut panel.state.playlist_form);
        told(ui, &links);
        ui.horizontal_wrapped(|ui| {
            if ui.available_width() > NARROW {
                ui.add_space(FIELD_LABEL + GAP);
            }
            if secondary(ui, "Import playlists", blocked(panel, &links)) {
                panel.push(Command::ImportPlaylists);
            }
            if secondary(ui, "Paste the 2022 study's playlists", None) {
                panel.push(Command::PasteOriginalPlaylists);
            }
            if links.services().contains(&ServiceKind::Deezer) {
                let form = &mut panel.state.playlist_form;
                let check = tick(ui, &mut form.with_dates, "Ask for dates of release");
                describe(ui, &check, "One more request for each album.");
            }
        });
        setup(ui, panel);
    });
}

fn blocked(panel: &Panel<'_>, links: &Links) -> Option<&'static str> {
    if panel.state.import.is_some() {
        Some("An import is under way.")
    } else if links.playlists.is_empty() {
        Some("Paste links of playlists first.")
    } else {
        panel.state.read_only()
    }
}

fn field(ui: &mut Ui, form: &mut PlaylistForm) {
    ui.horizontal_top(|ui| {
        let size = egui::vec2(FIELD_LABEL, theme::CONTROL_HEIGHT);
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        let named = ui
            .allocate_ui_with_layout(size, layout, |ui| {
                ui.set_min_width(FIELD_LABEL);
                ui.label("Playlist links")
            })
            .inner;
        let edit = TextEdit::multiline(&mut form.links)
            .hint_text("One or many: web addresses, spotify: addresses, or ids")
            .desired_rows(2)
            .desired_width(ui.available_width() - GAP);
        egui::ScrollArea::vertical().id_salt("links").max_height(96.0).show(ui, |ui| {
            let response = ui.add(edit).labelled_by(named.id);
            focus_ring(ui, &response);
        });
    });
}

/// What was recognised in the field.
fn told(ui: &mut Ui, links: &Links) {
    let colors = palette(ui);
    let counts: Vec<String> = [ServiceKind::Spotify, ServiceKind::Deezer]
        .into_iter()
        .map(|kind| (kind, links.playlists.iter().filter(|link| link.service == kind).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| format!("{} at {}", plural(count, "playlist", "playlists"), kind.name()))
        .collect();
    if !counts.is_empty() {
        indented(ui, |ui| ui.label(RichText::new(format!("{}.", counts.join(", "))).color(colors.quiet)));
    }
    if links.playlists.iter().any(|link| ORIGINAL_PLAYLISTS.iter().any(|(id, _)| *id == link.id)) {
        indented(ui, |ui| ui.add(egui::Label::new(RichText::new(ORIGINAL).color(colors.quiet)).wrap()));
    }
    if links.services().len() > 1 {
        let text = "Spotify and Deezer measure different things, which one study never mixes: the second service's tracks \
                    would train nothing.";
        indented(ui, |ui| notice(ui, Icon::Alert, colors.warning, text));
    }
    for Rejected { what, reason } in links.told.iter().take(TOLD) {
        indented(ui, |ui| notice(ui, Icon::Alert, colors.warning, format!("{what}: {reason}")));
    }
    if links.told.len() > TOLD {
        let more = format!("And {} more like these.", links.told.len() - TOLD);
        indented(ui, |ui| ui.label(RichText::new(more).color(colors.quiet)));
    }
}

fn indented<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) {
    ui.horizontal(|ui| {
        ui.add_space(FIELD_LABEL + GAP);
        contents(ui)
    });
}

/// What the services' terms say, where an import waits for the answer; above all else, so that it is seen.
pub(super) fn terms(ui: &mut Ui, panel: &mut Panel<'_>) {
    let is_asked = panel.state.playlist_form.pending.is_some();
    let id = egui::Id::unique("terms");
    let was_asked = ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or_default(id), is_asked));
    if !is_asked {
        return;
    }
    let card = card(ui, "Before the first import from a service", |ui| {
        for paragraph in TERMS {
            ui.add(egui::Label::new(paragraph).wrap());
        }
        ui.horizontal(|ui| {
            if secondary(ui, "Agree and import", None) {
                panel.push(Command::AnswerTerms(true));
            }
            if secondary(ui, "Do not import", None) {
                panel.push(Command::AnswerTerms(false));
            }
        });
    });
    if !was_asked {
        // Whoever asked for playlists may have scrolled down to them.
        card.response.scroll_to_me(Some(egui::Align::Min));
    }
}

fn unfinished(ui: &mut Ui, panel: &mut Panel<'_>) {
    let snapshot = panel.state.study.as_ref().and_then(|study| study.snapshot.as_ref());
    let count = snapshot.map_or(0, |snapshot| snapshot.unfinished.len());
    if count == 0 || panel.state.import.is_some() {
        return;
    }
    card(ui, "", |ui| {
        let text = format!(
            "The import of {} is not finished. What was imported is safe.",
            plural(count, "playlist", "playlists")
        );
        notice(ui, Icon::Info, palette(ui).warning, text);
        if secondary(ui, "Continue import", None) {
            panel.push(Command::ContinuePlaylists);
        }
    });
}

fn setup(ui: &mut Ui, panel: &mut Panel<'_>) {
    let quiet = palette(ui).quiet;
    let header = egui::CollapsingHeader::new("Set up Spotify").id_salt("set up spotify").show(ui, |ui| {
        ui.add(
            egui::Label::new(
                RichText::new("Deezer needs no login. Spotify lets a program in with an app of your own, once:")
                    .color(quiet),
            )
            .wrap(),
        );
        for (number, step) in STEPS.iter().enumerate() {
            ui.horizontal_top(|ui| {
                ui.label(RichText::new(format!("{}.", number + 1)).font(theme::body_strong()));
                ui.vertical(|ui| {
                    ui.add(egui::Label::new(*step).wrap());
                    if number == 1 {
                        ui.horizontal(|ui| {
                            ui.label(RichText::new(REDIRECT_ADDRESS).font(theme::body_strong()));
                            if secondary(ui, "Copy address", None) {
                                ui.ctx().copy_text(REDIRECT_ADDRESS.to_owned());
                            }
                        });
                    }
                });
            });
        }
        ui.add(egui::Label::new(RichText::new(LIMITS).color(quiet)).wrap());
        ui.add_space(GAP);
        credentials(ui, panel);
    });
    focus_ring(ui, &header.header_response);
    if header.fully_open() {
        panel.push(Command::LookUpLogin);
    }
}

fn credentials(ui: &mut Ui, panel: &mut Panel<'_>) {
    let colors = palette(ui);
    let form = &mut panel.state.playlist_form;
    let mut commands = Vec::new();
    let no_id = form.client_id.trim().is_empty().then_some("Type the client id first.");
    ui.horizontal(|ui| {
        text_field(ui, "Client ID", "32 letters and digits", &mut form.client_id, 300.0);
        match &panel.state.spotify.under {
            None if secondary(ui, "Log in to Spotify", no_id) => commands.push(Command::LogIn),
            Some(_) if secondary(ui, "Cancel login", None) => commands.push(Command::CancelLogin),
            _ => {}
        }
    });
    if let Some(LoginUnder { address }) = &panel.state.spotify.under {
        ui.horizontal(|ui| {
            ui.add_space(FIELD_LABEL + GAP);
            ui.label("Waiting for your answer in the browser. If none has opened, copy the address there.");
            if !address.is_empty() && secondary(ui, "Copy login address", None) {
                ui.ctx().copy_text(address.clone());
            }
        });
    }
    ui.horizontal(|ui| {
        secret_field(ui, &mut form.client_secret);
        let blocked = no_id.or(form.client_secret.trim().is_empty().then_some("Type the client secret first."));
        if secondary(ui, "Use without a user", blocked) {
            commands.push(Command::UseApp);
        }
        ui.label(RichText::new("Only for apps with extended quota.").color(colors.quiet));
    });
    match &panel.state.spotify.ended {
        Some(Ok(sentence)) => notice(ui, Icon::Check, colors.success, sentence.as_str()),
        Some(Err(why)) => notice(ui, Icon::Alert, colors.error, why.as_str()),
        None => {}
    }
    let known = match &panel.state.spotify.known {
        Some(KnownLogin::User(id)) => format!("A user is logged in, with the app {id}."),
        Some(KnownLogin::App(id)) => format!("The app {id} is used without a user."),
        _ => String::new(),
    };
    if !known.is_empty() {
        ui.horizontal(|ui| {
            ui.label(known);
            if secondary(ui, "Forget login", None) {
                commands.push(Command::LogOut);
            }
        });
    }
    panel.commands.extend(commands);
}

fn secret_field(ui: &mut Ui, secret: &mut String) {
    let size = egui::vec2(FIELD_LABEL, theme::CONTROL_HEIGHT);
    let named = ui
        .allocate_ui_with_layout(size, egui::Layout::left_to_right(egui::Align::Center), |ui| {
            ui.set_min_width(FIELD_LABEL);
            ui.label("Client secret")
        })
        .inner;
    let edit = TextEdit::singleline(secret).password(true).align(egui::Align2::LEFT_CENTER);
    let response = ui.add_sized([300.0, theme::CONTROL_HEIGHT], edit).labelled_by(named.id);
    focus_ring(ui, &response);
}
