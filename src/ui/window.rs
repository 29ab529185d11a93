//! The window: it feeds egui's events to the program, and lays out rail, panel, job bar and messages.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use eframe::egui::{
    self, Align2, Color32, Context, Frame, Id, Margin, Order, RichText, Ui, UserAttentionType, ViewportCommand, vec2,
};

use super::scroll_bars::NamedScrollBars;
use super::textures::Textures;
use super::{
    Panel, about, colors, covers, import, job_bar, model, page, rail, results, save_as, score, shortcuts, start, theme,
    toasts, training, verdict, widgets,
};
use crate::app::{App, Command, Copied, Settings, Step, Wakers};

const SETTINGS_KEY: &str = "settings";
const SAVE_SETTINGS_EVERY: Duration = Duration::from_secs(3);
/// Progress is drawn at most this often.
const PACE: Duration = Duration::from_millis(100);

/// The program in its window.
pub struct Window {
    app: App,
    textures: Textures,
    title: String,
    /// Whether the system has been asked to point at the window.
    asks_for_attention: bool,
    /// The study whose covers the textures are of.
    textures_of: Option<PathBuf>,
    /// The settings as they were in the last frame, and whether they are to be saved.
    settings: Settings,
    is_unsaved: bool,
    /// The panel of the last frame; none: the start page.
    drawn: Option<Step>,
    /// The opening of a study that the panels' places are of.
    opening: u64,
}

impl Window {
    /// Sets up fonts and themes, and opens `study` where one is named.
    pub fn new(creation: &eframe::CreationContext<'_>, study: Option<&Path>) -> Self {
        theme::install(&creation.egui_ctx);
        creation.egui_ctx.add_plugin(NamedScrollBars);
        let settings: Settings =
            creation.storage.and_then(|storage| eframe::get_value(storage, SETTINGS_KEY)).unwrap_or_default();
        let (prompt, paced) = (creation.egui_ctx.clone(), creation.egui_ctx.clone());
        let wakers = Wakers {
            prompt: Arc::new(move || prompt.request_repaint()),
            paced: Arc::new(move || paced.request_repaint_after(PACE)),
        };
        Self {
            settings: settings.clone(),
            is_unsaved: false,
            drawn: None,
            opening: 0,
            app: App::new(settings, study, wakers),
            textures: Textures::default(),
            title: String::new(),
            asks_for_attention: false,
            textures_of: None,
        }
    }

    /// The program's state, for tests.
    pub fn state(&self) -> &crate::app::State {
        &self.app.state
    }

    /// The same, to be changed by tests.
    pub fn state_mut(&mut self) -> &mut crate::app::State {
        &mut self.app.state
    }

    /// Carries out a command, for tests.
    pub fn execute(&mut self, command: Command) {
        self.app.execute(command);
    }

    fn show_title(&mut self, ctx: &Context) {
        let state = &self.app.state;
        let job = match (&state.import, state.training.under.as_ref()) {
            (Some(import), _) => {
                Some(format!("Importing {} %", 100 * import.progress.done / import.progress.total.max(1)))
            }
            (None, Some(under)) => {
                let word = if under.is_paused { "Paused" } else { "Training" };
                Some(format!("{word} {:.0} %", 100.0 * under.share()))
            }
            (None, None) => state.verdict.under.as_ref().map(|under| format!("Verdict {:.0} %", 100.0 * under.share())),
        };
        let study = state.study.as_ref().map(|study| study.name.clone());
        // What has ended is told in the title until the window has been looked at.
        let unseen = state.training.unseen.clone();
        let title = [unseen.or(job), study, Some("Cover Study".to_owned())]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" – ");
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    /// Asks for a look at what has ended while the window is in the background.
    fn tell_in_the_background(&mut self, ctx: &Context) {
        let is_focused = ctx.input(|input| input.viewport().focused).unwrap_or(true);
        let unseen = &mut self.app.state.training.unseen;
        if is_focused {
            *unseen = None;
        }
        let wanted = unseen.is_some();
        if wanted != self.asks_for_attention {
            let kind = if wanted { UserAttentionType::Informational } else { UserAttentionType::Reset };
            ctx.send_viewport_cmd(ViewportCommand::RequestUserAttention(kind));
            self.asks_for_attention = wanted;
        }
    }

    fn forget_other_studys_textures(&mut self) {
        let path = self.app.state.study.as_ref().map(|study| study.path.clone());
        if path != self.textures_of {
            self.textures.clear();
            self.textures_of = path;
        }
    }
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.app.drain();
        theme::apply_choice(ctx, self.app.state.settings.theme);
        let dropped: Vec<PathBuf> =
            ctx.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_path_buf()).collect());
        if !dropped.is_empty() {
            self.app.execute(Command::Dropped(dropped));
        }
        if let Some(wait) = self.app.next_look() {
            ctx.request_repaint_after(wait);
        }
        self.tell_in_the_background(ctx);
        self.show_title(ctx);
        self.forget_other_studys_textures();
        if let Some(study) = &mut self.app.state.study {
            self.textures.take_decoded(ctx, study);
        }
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let (mut commands, mut wanted) = (Vec::new(), Vec::new());
        let shown = self.app.state.study.is_some().then_some(self.app.state.step);
        if shown != std::mem::replace(&mut self.drawn, shown) && shown.is_some() {
            page::focus_title(ui.ctx());
        }
        let opening = self.app.state.study.as_ref().map_or(0, |study| study.opening);
        if opening != std::mem::replace(&mut self.opening, opening) {
            page::begin_anew(ui.ctx(), opening);
        }
        let mut panel = Panel {
            state: &mut self.app.state,
            commands: &mut commands,
            textures: &mut self.textures,
            wanted: &mut wanted,
        };
        widgets::note_tab(ui.ctx());
        shortcuts::commands(ui.ctx(), &mut panel);
        draw(ui, &mut panel);
        shortcuts::overlay(ui.ctx(), &mut panel);
        about::overlay(ui.ctx(), &mut panel);
        save_as::overlay(ui.ctx(), &mut panel);
        self.app.want_covers(wanted);
        match self.app.state.copied.take() {
            Some(Copied::Text(text)) => ui.ctx().copy_text(text),
            Some(Copied::Picture(picture)) => {
                let size = [picture.width, picture.height];
                ui.ctx().copy_image(egui::ColorImage::from_rgba_premultiplied(size, &picture.rgba));
            }
            None => {}
        }
        let has_commands = !commands.is_empty();
        for command in commands {
            self.app.execute(command);
        }
        if has_commands {
            ui.ctx().request_repaint();
        }
        if self.settings != self.app.state.settings {
            self.settings = self.app.state.settings.clone();
            self.is_unsaved = true;
        }
        if self.is_unsaved {
            // They are saved in a frame, and the person may do nothing that makes one.
            ui.ctx().request_repaint_after(SAVE_SETTINGS_EVERY);
        }
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        eframe::set_value(storage, SETTINGS_KEY, &self.app.state.settings);
        self.is_unsaved = false;
    }

    /// Settings survive a program that is killed.
    fn auto_save_interval(&self) -> Duration {
        SAVE_SETTINGS_EVERY
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.app.shut_down();
    }
}

fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    let colors = theme::palette(ui);
    let rail_frame = Frame::new().fill(colors.card).inner_margin(Margin::symmetric(12, 8));
    egui::Panel::left("rail")
        .exact_size(rail::width(ui.ctx()))
        .resizable(false)
        .frame(rail_frame)
        .show(ui, |ui| rail::draw(ui, panel));
    if job_bar::is_needed(panel) {
        let frame = Frame::new().fill(colors.card).inner_margin(Margin::symmetric(theme::MARGIN as i8, 8));
        egui::Panel::bottom("job bar").exact_size(52.0).frame(frame).show(ui, |ui| job_bar::draw(ui, panel));
    }
    if rail::is_narrow(ui.ctx()) && !panel.state.toasts.is_empty() {
        let frame = Frame::new().fill(colors.card).inner_margin(Margin::symmetric(theme::MARGIN as i8, 4));
        egui::Panel::bottom("messages")
            .exact_size(toasts::BAR_HEIGHT)
            .frame(frame)
            .show(ui, |ui| toasts::in_bar(ui, panel));
    }
    egui::CentralPanel::default().frame(Frame::new().fill(colors.page)).show(ui, |ui| {
        if panel.state.study.is_none() {
            start::draw(ui, panel);
            return;
        }
        match panel.state.step {
            Step::Import => import::draw(ui, panel),
            Step::Colors => colors::draw(ui, panel),
            Step::Verdict => verdict::draw(ui, panel),
            Step::Covers => covers::draw(ui, panel),
            Step::Model => model::draw(ui, panel),
            Step::Training => training::draw(ui, panel),
            Step::Results => results::draw(ui, panel),
            Step::Score => score::draw(ui, panel),
        }
    });
    drop_overlay(ui, panel);
}

/// While something is dragged over the window: what will happen.
fn drop_overlay(ui: &Ui, panel: &Panel<'_>) {
    let hovered = ui.ctx().input(|input| input.raw.hovered_files.clone());
    if hovered.is_empty() {
        return;
    }
    let paths: Vec<PathBuf> = hovered.iter().filter_map(|file| file.path.clone()).collect();
    let ends_in = |endings: &[&str]| {
        paths.iter().any(|path| {
            path.extension().is_some_and(|own| endings.iter().any(|ending| own.eq_ignore_ascii_case(ending)))
        })
    };
    let text = if ends_in(&["coverstudy"]) {
        "Open this study"
    } else if ends_in(crate::sources::TABLE_ENDINGS) {
        "Import this spreadsheet"
    } else if panel.state.study.as_ref().is_some_and(|study| study.scoring_run(panel.state.score_with).is_some()) {
        // What has no ending is a folder.
        let are_several = paths.len() > 1 || paths.iter().any(|path| path.extension().is_none());
        if are_several { "Score these covers" } else { "Score this cover" }
    } else {
        "Train a model first, then drop a cover to score it"
    };
    let area =
        egui::Area::new(Id::unique("drop overlay")).order(Order::Tooltip).anchor(Align2::CENTER_CENTER, vec2(0.0, 0.0));
    area.show(ui.ctx(), |ui| {
        let rect = ui.ctx().content_rect();
        let colors = theme::palette(ui);
        ui.painter().rect_filled(rect, 0.0, Color32::from_black_alpha(120));
        ui.painter().rect_filled(
            egui::Rect::from_center_size(rect.center(), vec2(480.0, 120.0)),
            theme::RADIUS_CARD,
            colors.card,
        );
        let words = RichText::new(text).font(theme::strong()).color(colors.text);
        ui.put(egui::Rect::from_center_size(rect.center(), vec2(460.0, 32.0)), egui::Label::new(words));
    });
}

/// Whether the window has been open, as seen from where it was asked for.
static HAS_OPENED: AtomicBool = AtomicBool::new(false);

/// Whether a window of this program has been open since its start.
pub fn has_opened() -> bool {
    HAS_OPENED.load(Ordering::Relaxed)
}

/// Why the window could not be opened.
#[derive(Clone, Debug)]
pub struct OpenError {
    /// In the system's words.
    pub text: String,
    /// Whether another renderer may succeed; without a display none would.
    pub may_try_another: bool,
}

impl From<eframe::Error> for OpenError {
    fn from(error: eframe::Error) -> Self {
        let may_try_another = !matches!(error, eframe::Error::WinitEventLoop(_) | eframe::Error::Winit(_));
        Self { text: error.to_string(), may_try_another }
    }
}

/// Opens the window and returns when it is closed.
///
/// # Errors
/// Where the system has no way to draw it with `renderer`.
pub fn open(study: Option<PathBuf>, renderer: eframe::Renderer) -> Result<(), OpenError> {
    let icon = eframe::icon_data::from_png_bytes(include_bytes!("../../icons/cover-study-256.png"));
    let mut viewport = egui::ViewportBuilder::default()
        .with_app_id("cover-study")
        .with_title("Cover Study")
        .with_inner_size([1280.0, 800.0])
        // Screens of laptops with large text have hardly more points.
        .with_min_inner_size([800.0, 480.0])
        .with_drag_and_drop(true);
    match icon {
        Ok(icon) => viewport = viewport.with_icon(icon),
        Err(error) => tracing::warn!(%error, "the window has no icon"),
    }
    let options = eframe::NativeOptions { viewport, renderer, ..eframe::NativeOptions::default() };
    let create = Box::new(move |creation: &eframe::CreationContext<'_>| {
        HAS_OPENED.store(true, Ordering::Relaxed);
        Ok(Box::new(Window::new(creation, study.as_deref())) as Box<dyn eframe::App>)
    });
    Ok(eframe::run_native("cover-study", options, create)?)
}
